// docs/extending.md: its files and differences, put into a copy of the project, do what it says.
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import type { runPipelineCommand } from '../../commands/pipeline-command.ts';
import { runInProcess } from '../in-process.ts';
import { copyProject, project } from './copy.ts';

type Run = typeof runPipelineCommand;

const SIZES = ['p=11', 'train_fraction=0.7'].map((each) => `dataset.${each}`);
const SMALL = ['d_model=16', 'd_head=4', 'd_mlp=32', 'epochs=21'].map((each) => `train.${each}`);

let copy: string;
before(async () => {
  copy = await copyProject('commands', 'lib', 'stages');
  const page = await readFile(join(project, 'docs/extending.md'), 'utf8');
  for (const [, language, path, text] of page.matchAll(/^```(ts|diff) (\S+)\n(.*?)^```/gms)) {
    const file = join(copy, path!);
    if (language === 'ts') await writeFile(file, text!, { flag: 'wx' });
    else await writeFile(file, applied(await readFile(file, 'utf8'), text!, path!));
  }
});
after(() => rm(copy, { recursive: true, force: true }));

/** A text with one difference applied, whose lines before must be in it once. */
function applied(text: string, difference: string, path: string): string {
  const lines = difference.trimEnd().split('\n');
  const side = (mark: string): string =>
    lines
      .filter((line) => !line.startsWith(mark))
      .map((line) => line.slice(1))
      .join('\n');
  const [was, is] = [side('+'), side('-')];
  assert.equal(text.split(`\n${was}\n`).length, 2, `${path} has once:\n${was}`);
  return text.replace(`\n${was}\n`, () => `\n${is}\n`);
}

/** The output of a command of the copy. Throws if it fails. */
async function run(command: 'pipeline' | 'sweep', ...words: string[]): Promise<string> {
  const name = { pipeline: 'runPipelineCommand', sweep: 'runSweepCommand' }[command];
  const commands = (await import(join(copy, `commands/${command}-command.ts`))) as Record<string, Run>;
  const { code, out, err } = await runInProcess(copy, words, commands[name]!);
  assert.equal(code, 0, out + err);
  return out;
}

test('the stage, the operation, the measure and the engine of the page work in one pipeline', async () => {
  const params = [...SIZES, ...SMALL, 'dataset.operation=cube_and_product', 'train.engine=float64-losses'];
  await run('pipeline', 'pipeline', 'norms', 'measures', ...params.flatMap((param) => ['--set', param]));
  const summary = async (stage: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(copy, `artifacts/${stage}/summary.json`), 'utf8')) as Record<
      string,
      unknown
    >;
  const norms = await summary('norms');
  assert.match(String(norms['W_E']), /^\d+\.\d{3}$/);
  assert.equal((await summary('train'))['engine'], 'float64-losses');
  const measures = tableFromIPC(await readFile(join(copy, 'artifacts/measures/measures.arrow')));
  const last = measures.getChild('norm_W_pos')!.get(measures.numRows - 1) as number;
  assert.equal(last.toFixed(3), norms['W_pos']);
  const pairs = tableFromIPC(await readFile(join(copy, 'artifacts/dataset/pairs.arrow')));
  const [a, b, label] = ['a', 'b', 'label'].map((name) => pairs.getChild(name)!.toArray() as Int32Array);
  label!.forEach((c, i) => assert.equal(c, (a![i]! ** 3 + a![i]! * b![i]!) % 11));
});

test('the executor of the page carries out a sweep, and is in the help', async () => {
  const file = join(copy, 'pipeline.yaml');
  const text = await readFile(file, 'utf8');
  const set = [...SIZES, ...SMALL].map((each) => each.replace('=', ': ')).join(', ');
  const sweep = `  two: { until: train, set: { ${set} }, matrix: { train.seed: [1, 2] } }\n`;
  await writeFile(
    file,
    text.replace(/^sweeps:\n/m, (line) => line + sweep),
  );
  assert.match(await run('sweep', '--help'), /in-turn +on this machine, one point after the other/);
  await run('sweep', 'two', '--executor', 'in-turn');
  const results = tableFromIPC(await readFile(join(copy, 'artifacts/sweeps/two/results.arrow')));
  assert.equal(results.numRows, 2);
});
