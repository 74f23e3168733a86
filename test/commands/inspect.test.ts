// npm run inspect on good files, on files of another kind, and on damaged and hostile ones: whatever a file contains,
// nothing in it is executed, and what is wrong is said in one line. GROKSCOPE_LONG=1 damages a thousand files.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInspectCommand } from '../../commands/inspect-command.ts';
import { createRandom, damage } from '../files/damage.ts';
import { hostilePickles, inOldForm, inZip } from '../files/hostile-pickles.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const LONG = process.env['GROKSCOPE_LONG'] === '1';
const models = fileURLToPath(new URL('../fixtures/models/', import.meta.url));
const folder = await temporaryFolder({ after });

async function inspect(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stop = new AbortController().signal;
  const code = await runInspectCommand(args, {}, { stdout, stderr, stop });
  const all = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, out: all(stdout), err: all(stderr) };
}

test('a usable file is shown with its tensors, its layout and the command that runs it', async () => {
  const path = join(models, 'paper.pth');
  const { code, out, err } = await inspect(path);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^ {2}blocks\.0\.attn\.W_O {3}float32 \[4, 6\]$/m);
  assert.match(out, /^losses of 3 epochs, 2 checkpoints$/m);
  assert.match(out, /^layout: progress-measures paper \(mechanistic-interpretability-grokking\//m);
  assert.match(out, /^sizes: p 5, d_model 4, n_heads 2, d_head 3, d_mlp 6$/m);
  assert.match(out, /^the last answer of unembed\.W_U, which is =, is left out$/m);
  assert.ok(
    out.includes(
      `\n  npm run pipeline -- --artifacts artifacts/theirs --set train.start=${path} --set dataset.p=5 `,
    ),
    out,
  );
});

test('a folder stands for its model.safetensors; one of several runs in a file is chosen by its number', async () => {
  const runs = join(models, 'runs.pth');
  const { code, out } = await inspect(runs);
  assert.equal(code, 0);
  assert.ok(out.includes(`\n  ${runs}#1  16 tensors, W_U [4, 5], 3 epochs\n`), out);
  assert.match((await inspect(`${runs}#1`)).out, /^losses of 3 epochs/m);
  assert.match(
    (await inspect(`${runs}#2`)).err,
    /#2 does not exist: the file holds 2 runs, numbered from 0\n$/,
  );
  const own = join(folder, 'own');
  await mkdir(own);
  const fixture = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));
  await writeFile(join(own, 'model.safetensors'), await readFile(fixture));
  assert.match((await inspect(own)).out, /^sizes: p 53, /m);
});

test('a file with another model is shown, with the reason why it cannot be used', async () => {
  const { code, out, err } = await inspect(join(models, 'two-layers.pt'));
  assert.deepEqual([code, err], [2, '']);
  assert.match(out, /^ {2}blocks\.1\.attn\.W_Q +float32 \[2, 4, 3\]$/m);
  assert.match(out, /\nthis pipeline cannot use it: blocks\.1\.attn\.W_Q belongs to a second layer/);
});

test('no file, two files, or a file without a model ends with 2 and one line', async () => {
  for (const names of [[], ['a', 'b']]) {
    const { code, err } = await inspect(...names);
    assert.equal(code, 2);
    assert.match(
      err,
      /^inspect takes one file, got (none|a b)\n {4}npm run inspect -- grokking_demo\.pth\n$/,
    );
  }
  const path = join(folder, 'absent.pt');
  assert.deepEqual(await inspect(path), { code: 2, out: '', err: `${path} is missing\n` });
});

/** All that a file may do: end with 0, or with 2 and one line, which comes after the tensors if they can be listed. */
async function endsQuietly(name: string, bytes: Buffer): Promise<number> {
  const path = join(folder, 'file.pt');
  await writeFile(path, bytes);
  const { code, out, err } = await inspect(path);
  assert.ok([0, 2].includes(code), name);
  if (code === 0) assert.equal(err, '', name);
  else if (err === '') assert.match(out, /\nthis pipeline cannot use it: [^\n]+\n$/, name);
  else assert.match(err, /^[^\n]{1,400}\n$/, name);
  assert.doesNotMatch(err + out, /\n {4,}at /, name);
  return code;
}

test('pickles that would run a command, take all memory or go round in circles are refused in one line', async () => {
  const mark = join(folder, 'was-run');
  for (const [name, data] of Object.entries(hostilePickles(mark, LONG ? 1e6 : 1e5)))
    for (const file of [inZip(data), inOldForm(data)]) assert.equal(await endsQuietly(name, file), 2, name);
  assert.ok(!existsSync(mark));
  assert.equal(({} as { polluted?: string }).polluted, undefined);
});

test('damaged files are refused in one line, unless what counts is undamaged', async () => {
  const seed = Number(process.env['GROKSCOPE_SEED'] ?? 19);
  const random = createRandom(seed);
  const originals = await Promise.all(
    [
      'state_dict.pt',
      'old.pth',
      'demo.pth',
      'paper.pth',
      'numpy.pth',
      'protocol4.pt',
      'float16.pt',
      'runs.pth',
    ].map(async (name) => [name, await readFile(join(models, name))] as const),
  );
  let refused = 0;
  for (let i = 0; i < (LONG ? 1000 : 120); i++) {
    const [name, bytes] = originals[i % originals.length]!;
    let file: Buffer = bytes;
    let what = '';
    for (let n = 0; n <= random(3); n++) {
      const damaged = damage(file, [[0, Math.min(3000, file.length)]], random);
      file = damaged.bytes;
      what += ` ${damaged.what}`;
    }
    if ((await endsQuietly(`seed ${seed}, ${name}:${what}`, file)) === 2) refused++;
  }
  assert.ok(refused > 20, `${refused} of them were refused`);
});
