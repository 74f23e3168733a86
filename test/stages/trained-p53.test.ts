// Every number of test/fixtures/trained-p53.json (PyTorch and NumPy, float64), found under its name in what the stages leave of that
// network: in the summaries, or, where a number stands for each neuron, as a column of neurons.arrow.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
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
import { params as neurons } from '../../stages/neurons.params.ts';
import { params as svd } from '../../stages/svd.params.ts';
import { params as train } from '../../stages/train.params.ts';
import { assertClose } from '../assert-close.ts';
import { runStage, temporaryFolder } from './start-stage.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const folder = await temporaryFolder({ after });
const at = (stage: string): string => join(folder, stage);
const found = new Map<string, (number | null)[]>();

async function run(
  stage: keyof typeof SUMMARIES,
  schema: ParamsSchema,
  needs: string[],
  given: Record<string, unknown> = {},
) {
  await mkdir(at(stage));
  const folders = Object.fromEntries(needs.map((name) => [name, at(name)]));
  const { exitCode, log } = await runStage(stage, schema, given, folders, at(stage));
  assert.equal(exitCode, 0, log);
  if (['dataset', 'train', 'activations'].includes(stage)) return;
  for (const [path, numbers] of leaves(await readSummary(at(stage), SUMMARIES[stage])))
    found.set(path, numbers);
}

/** Lists and numbers by path; a list is one leaf. */
function leaves(tree: unknown, path: string[] = []): [string, (number | null)[]][] {
  if (typeof tree === 'number') return [[path.join('.'), [tree]]];
  if (Array.isArray(tree)) return [[path.join('.'), tree.flat(2) as (number | null)[]]];
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([name, value]) => leaves(value, [...path, name]));
}

before(async () => {
  await run('dataset', dataset, [], { p: 53, train_fraction: 0.5, seed: 12 });
  await run('train', train, ['dataset'], { start: fixture('trained-p53.safetensors') });
  const both = ['dataset', 'train'];
  await Promise.all([
    run('activations', activations, both).then(() => run('attention', attention, [...both, 'activations'])),
    run('logits', logits, both, { controls: 1 }),
    run('svd', svd, ['train'])
      .then(() => run('fourier', fourier, both))
      .then(() => run('neurons', neurons, both)),
  ]);
  const { columns } = await readArrow(join(at('neurons'), 'neurons.arrow'));
  for (const name of ['neuron_frequency', 'neuron_fraction_explained'])
    found.set(name, Array.from(columns[name] as Float64Array));
});

test('every number is there under its name', async (t) => {
  const { p, split_seed, train_fraction, ...golden } = JSON.parse(
    await readFile(fixture('trained-p53.json'), 'utf8'),
  ) as Record<string, unknown>;
  assert.deepEqual([p, split_seed, train_fraction], [53, 12, 0.5]);
  const expected = leaves(golden);
  assert.equal(expected.length, 66);
  for (const [path, wanted] of expected)
    await t.test(path, () => {
      const actual = found.get(path);
      assert.ok(actual, 'no stage reports it');
      if (wanted.every(Number.isInteger)) return assert.deepEqual(actual, wanted);
      const numbers = (list: (number | null)[]): number[] => list.map((x) => x ?? NaN);
      const isTiny = path.includes('loss') && wanted.every((x) => x !== null && x < 1e-6);
      assertClose(path, numbers(actual), numbers(wanted), { rtol: isTiny ? 1e-3 : 1e-4, ofLargest: 1e-6 });
    });
});
