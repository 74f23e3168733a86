// `npm run params` and the page of it: what is said of a param is the comment above it, and the schema's own words.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { describeStages } from '../../commands/described-params.ts';
import { runParamsCommand } from '../../commands/params-command.ts';
import { paramsPage } from '../../commands/params-page.ts';
import { OPERATION_NAMES } from '../../lib/task/operations.ts';

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runParamsCommand(args, {}, { stdout, stderr, stop: new AbortController().signal });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
}

test('every param of every stage has a sentence', async () => {
  for (const { stage, params } of await describeStages())
    for (const { name, says } of params) assert.match(says, /^[A-Z`].*\.$/, `${stage}.${name}: ${says}`);
});

test('a stage that is named is shown alone, its params with default and range', async () => {
  const { code, out } = await run('dataset');
  assert.equal(code, 0);
  assert.ok(out.startsWith('dataset\n'));
  assert.ok(
    out.includes(
      '\n  seed: 598\n      a whole number from 0 to 4294967295, or null\n      Seed of torch.randperm',
    ),
  );
  assert.doesNotMatch(out, /learning_rate/);
  assert.match((await run()).out, /\ntrain\n[^]*\n {2}weight_decay: 1\n {6}a number of at least 0\n/);
});

test('a stage that does not exist is refused, with the nearest one', async () => {
  assert.deepEqual(await run('trian'), {
    code: 2,
    out: '',
    err: 'trian is not a stage\n    did you mean "train"?\n',
  });
});

test('the page has a row for every param and for every operation', async () => {
  const page = await paramsPage();
  for (const { params } of await describeStages())
    for (const { name, must } of params)
      assert.ok(page.includes(`| \`${name}\` |`) && page.includes(must), name);
  for (const name of OPERATION_NAMES) assert.ok(page.includes(`| \`${name}\` |`), name);
});
