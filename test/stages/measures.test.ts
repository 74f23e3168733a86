// What is measured of checkpoints, fast and from float32 activations, is what PyTorch and NumPy found of the same network in float64
// (test/fixtures/trained-p53.json), and does not depend on how the work is spread.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writePairs } from '../../lib/artifacts/dataset.ts';
import { writeMeasures } from '../../lib/artifacts/measures.ts';
import { fastestIdentity } from '../../lib/engines/fastest.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { readModel } from '../../lib/network/model-file.ts';
import type { Values } from '../../lib/measures/columns.ts';
import { gridRows, splitRows } from '../../lib/task/split.ts';
import { measureAll } from '../../stages/measures.pool.ts';
import { assertClose } from '../assert-close.ts';
import { writeCheckpointFile } from './checkpoint-file.ts';
import { temporaryFolder } from './start-stage.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const { config, weights } = await readModel(fixture('trained-p53.safetensors'));
const { p } = config;
const key = [4, 11, 13, 26];
const golden = JSON.parse(await readFile(fixture('trained-p53.json'), 'utf8')) as Record<string, never>;
const folder = await temporaryFolder({ after });
const needs = { dataset: folder, train: folder };
const engine = await fastestIdentity();
let rows: Values[];

before(async () => {
  await mkdir(folder, { recursive: true });
  await writeCheckpointFile(
    folder,
    config,
    [1, 2, 3].map((seed) => initialWeights(config, seed)).concat(weights),
  );
  const isTrain = new Uint8Array(p * p);
  for (const row of splitRows(p, 0.5, 12).train) isTrain[row] = 1;
  const task = { p, operation: 'add', train_fraction: 0.5, seed: 12 } as const;
  await writePairs(folder, task, gridRows(p, 'add'), isTrain);
  rows = await measureAll({ needs, config, key, engine }, 4, 2, () => {});
});

/** There W_logit is called W_L. */
const inFixture = (name: string): string => name.replace('W_logit', 'W_L');

test('a checkpoint has the numbers of the network', () => {
  const scalars = rows[3] as Record<string, number>;
  const lists = rows[3] as Record<string, Float64Array>;
  const SETS = ['train', 'test', 'all'];
  const compared: [string, string[]][] = [
    ['loss', SETS],
    ['restricted_loss_logits', SETS],
    ['restricted_loss_neurons', SETS],
    ['excluded_loss_logits', SETS],
    ['excluded_loss_neurons', SETS],
    ['trig_ratio', ['neuron_pre', 'neuron_post', 'logits']],
    ['effective_rank', ['W_E', 'W_logit']],
    ['gini', ['power_per_frequency_W_E', 'component_norms_W_E']],
    ['gini', ['power_per_frequency_W_logit', 'component_norms_W_logit']],
  ];
  for (const [name, parts] of compared)
    for (const part of parts) {
      const expected = golden[name]![inFixture(part)] as number;
      // A loss below 1e-6 is the difference of nearly equal numbers in a float32 network.
      const rtol = name.includes('loss') && expected < 1e-6 ? 1e-3 : 1e-4;
      assertClose(`${name}_${part}`, [scalars[`${name}_${part}`]!], [expected], { rtol });
    }
  const { uncentred, centred } = golden['logit_explained_by_key']!;
  assertClose(
    'rest',
    ['logit_explained_by_key', 'logit_explained_by_key_centred', 'distance_irrelevance', 'accuracy_test'].map(
      (name) => scalars[name]!,
    ),
    [uncentred, centred, golden['distance_irrelevance']!, golden['accuracy']!['test']],
    { rtol: 1e-4 },
  );
  assertClose('cosine logits', [scalars['loss_of_cosine_logits_all']!], [golden['loss_of_cosine_logits']!], {
    rtol: 1e-3,
  });
  for (const name of [
    'logit_cosine_coefficients',
    'fourier_norms_W_E',
    'fourier_norms_W_logit',
    'singular_values_W_E',
    'singular_values_W_logit',
  ])
    assertClose(name, lists[name]!, golden[inFixture(name)]!, { rtol: 1e-4, ofLargest: 1e-6 });
  const total = Object.values(golden['sum_squared_weights']! as Record<string, number>).reduce(
    (x, y) => x + y,
  );
  assertClose('weights', [scalars['sum_squared_weights']!], [total], { rtol: 1e-6 });
});

test('an untrained checkpoint has what chance gives', () => {
  for (const scalars of rows.slice(0, 3) as Record<string, number>[]) {
    assertClose(
      'loss',
      [scalars['loss_all']!, scalars['excluded_loss_logits_all']!],
      [Math.log(p), Math.log(p)],
      { rtol: 0.02 },
    );
    assert.ok(scalars['logit_explained_by_key']! < 1e-3);
    // 8 of 53 frequencies' components.
    assert.ok(Math.abs(scalars['energy_in_key_frequencies_W_E']! - 8 / 53) < 0.05);
  }
});

test('one process or three, the table has the same bytes', async () => {
  const bytes = async (measured: readonly Values[]): Promise<Buffer> => {
    await writeMeasures(folder, [0, 100, 200, 300], measured, config, key);
    return readFile(join(folder, 'measures.arrow'));
  };
  const expected = await bytes(rows);
  for (const processes of [1, 3])
    assert.deepEqual(
      await bytes(await measureAll({ needs, config, key, engine }, 4, processes, () => {})),
      expected,
    );
});

test('a checkpoint that cannot be read ends it with the reason, and no process stays', async () => {
  const measuring = { needs: { ...needs, train: join(folder, 'absent') }, config, key, engine };
  await assert.rejects(
    measureAll(measuring, 4, 2, () => {}),
    /absent\/checkpoints\.arrow is missing/,
  );
});
