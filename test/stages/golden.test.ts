// Every number of three networks (PyTorch and NumPy, float64; test/fixtures), found under its name in what the stages leave of
// them: in the summaries, or, where a number stands for each neuron, as a column of neurons.arrow. A group of odd order, of
// even order, and of even order with numbers outside.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SUMMARIES } from '../../lib/artifacts/summaries.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import type { ParamsSchema } from '../../lib/runner/schema.ts';
import { params as activations } from '../../stages/activations.params.ts';
import { params as attention } from '../../stages/attention.params.ts';
import { params as dataset } from '../../stages/dataset.params.ts';
import { params as fourier } from '../../stages/fourier.params.ts';
import { params as logits } from '../../stages/logits.params.ts';
import { params as measures } from '../../stages/measures.params.ts';
import { params as neurons } from '../../stages/neurons.params.ts';
import { params as svd } from '../../stages/svd.params.ts';
import { params as train } from '../../stages/train.params.ts';
import { assertClose } from '../assert-close.ts';
import { runStage, temporaryFolder } from './start-stage.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

const NETWORKS = [
  { name: 'trained-p53', numbers: 66 },
  { name: 'trained-multiply-p53', numbers: 64 },
  { name: 'trained-add-p58', numbers: 65 },
] as const;
/** Of even order, as that of multiplication is. */
const IN_LONG = 'trained-add-p58';

interface Golden extends Record<string, unknown> {
  readonly p: number;
  readonly operation?: string;
  readonly split_seed: number;
  readonly train_fraction: number;
}

/** Lists and numbers by path; a list is one leaf. */
function leaves(tree: unknown, path: string[] = []): [string, (number | null)[]][] {
  if (typeof tree === 'number') return [[path.join('.'), [tree]]];
  if (Array.isArray(tree)) return [[path.join('.'), tree.flat(2) as (number | null)[]]];
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([name, value]) => leaves(value, [...path, name]));
}

/** What all stages say of a network. */
async function measure(
  t: TestContext,
  name: string,
  { p, operation = 'add', split_seed: seed, train_fraction }: Golden,
): Promise<Map<string, (number | null)[]>> {
  const folder = await temporaryFolder(t);
  const at = (stage: string): string => join(folder, stage);
  const found = new Map<string, (number | null)[]>();
  const run = async (
    stage: keyof typeof SUMMARIES,
    schema: ParamsSchema,
    needs: string[],
    given: Record<string, unknown> = {},
  ): Promise<void> => {
    await mkdir(at(stage));
    const folders = Object.fromEntries(needs.map((need) => [need, at(need)]));
    const { exitCode, log } = await runStage(stage, schema, given, folders, at(stage), { pictures: false });
    assert.equal(exitCode, 0, log);
    if (['dataset', 'train', 'activations', 'measures'].includes(stage)) return;
    for (const [path, numbers] of leaves(await readSummary(at(stage), SUMMARIES[stage])))
      found.set(path, numbers);
  };
  await run('dataset', dataset, [], { p, operation, train_fraction, seed });
  await run('train', train, ['dataset'], { start: fixture(`${name}.safetensors`) });
  const both = ['dataset', 'train'];
  await run('activations', activations, both, { positions: 'last' });
  await run('attention', attention, [...both, 'activations'], { example: [1, 5] });
  await run('measures', measures, both);
  await run('logits', logits, [...both, 'measures'], { controls: 1 });
  await run('svd', svd, both);
  await run('fourier', fourier, both);
  await run('neurons', neurons, both);
  const { columns } = await readArrow(join(at('neurons'), 'neurons.arrow'));
  for (const column of ['neuron_frequency', 'neuron_fraction_explained'])
    found.set(column, Array.from(columns[column] as Float64Array));
  return found;
}

for (const { name, numbers: count } of NETWORKS) {
  const skip = name === IN_LONG && !process.env['GROKSCOPE_LONG'] ? 'long: npm run test:long' : false;
  test(`${name}: every number is there under its name`, { skip }, async (t) => {
    const golden = JSON.parse(await readFile(fixture(`${name}.json`), 'utf8')) as Golden;
    const found = await measure(t, name, golden);
    const { p: _, split_seed: __, train_fraction: ___, ...wantedNumbers } = golden;
    const expected = leaves(wantedNumbers);
    assert.equal(expected.length, count);
    for (const [path, wanted] of expected)
      await t.test(path, () => {
        const actual = found.get(path.replace('W_L', 'W_logit'));
        assert.ok(actual, 'no stage reports it');
        assert.deepEqual(found.get(path), actual, 'under the former name of W_logit, too');
        if (wanted.every(Number.isInteger)) return assert.deepEqual(actual, wanted);
        const numbers = (list: (number | null)[]): number[] => list.map((x) => x ?? NaN);
        const isTiny = path.includes('loss') && wanted.every((x) => x !== null && x < 1e-6);
        assertClose(path, numbers(actual), numbers(wanted), { rtol: isTiny ? 1e-3 : 1e-4, ofLargest: 1e-6 });
      });
  });
}
