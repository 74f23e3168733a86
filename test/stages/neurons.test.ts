// On a grokked p = 53 network, with numbers that PyTorch and NumPy made (test/fixtures/trained-p53.json).
import { neuronsSummary } from '../../lib/artifacts/neurons.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readArrow } from '../../lib/files/arrow.ts';
import type { Operation } from '../../lib/task/operations.ts';
import { params } from '../../stages/neurons.params.ts';
import { assertClose } from '../assert-close.ts';
import { runStage, temporaryFolder, writeDataset, type Ended } from './start-stage.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

async function run(
  folder: string,
  given: Record<string, unknown>,
  operation: Operation = 'add',
): Promise<Ended & { out: string }> {
  const [train, out] = [join(folder, 'train'), join(folder, 'out')];
  for (const path of [train, out]) await mkdir(path);
  await copyFile(fixture('trained-p53.safetensors'), join(train, 'model.safetensors'));
  const dataset = join(folder, 'dataset');
  await writeDataset(dataset, 53, operation);
  return { ...(await runStage('neurons', params, given, { dataset, train }, out)), out };
}

const folder = await temporaryFolder({ after });
let measured: Awaited<ReturnType<typeof run>>;
before(async () => {
  measured = await run(folder, { neurons: [511] });
});

test('frequency and share explained of every neuron, clusters and key frequencies', async () => {
  const { exitCode, log, out } = measured;
  assert.equal(exitCode, 0, log);
  const golden = JSON.parse(await readFile(fixture('trained-p53.json'), 'utf8')) as {
    neuron_frequency: number[];
    neuron_fraction_explained: number[];
    dead_neurons: number;
    key_frequencies: { neurons: number[] };
  };
  const { columns } = await readArrow(join(out, 'neurons.arrow'));
  assert.deepEqual(Array.from(columns['neuron_frequency'] as Int32Array), golden.neuron_frequency);
  const fractions = columns['neuron_fraction_explained'] as Float64Array;
  assertClose('fractions', fractions, golden.neuron_fraction_explained, { rtol: 1e-4 });

  const summary = await readSummary(out, neuronsSummary);
  assert.equal(summary.dead_neurons, golden.dead_neurons);
  assert.deepEqual(summary.key_frequencies, { neurons: golden.key_frequencies.neurons });
  const clusters = summary.clusters!;
  assert.deepEqual(Object.keys(clusters).map(Number), golden.key_frequencies.neurons);
  const inside = golden.neuron_fraction_explained.filter((fraction) => fraction > 0.85).length;
  assert.equal(summary.neurons_in_clusters, inside);
  assert.equal(
    Object.values(clusters).reduce((x, y) => x + y),
    inside,
  );
});

test('figures come as picture, drawing and numbers; spectra keep the variance of the neuron', async () => {
  const { out } = measured;
  const names = await readdir(out);
  const figures = names.filter((name) => name.endsWith('.svg')).map((name) => name.slice(0, -4));
  assert.deepEqual(figures.sort(), [
    'W_logit_by_cluster',
    'W_logit_cluster_norms',
    'clusters',
    'fraction_explained',
    'fraction_explained_sorted',
    'neuron_spectrum',
    'neurons_ordered',
  ]);
  for (const figure of figures)
    for (const extension of ['png', 'arrow']) assert.ok(names.includes(`${figure}.${extension}`), figure);
  const { columns } = await readArrow(join(out, 'neuron_spectrum.arrow'));
  const energy = (name: string): number =>
    (columns['coefficient'] as Float64Array).reduce(
      (sum, x, i) => sum + (columns['of']![i] === name ? x * x : 0),
      0,
    );
  assert.ok(energy('Neuron 511') > 0);
  assertClose('control', [energy('Gaussian control')], [energy('Neuron 511')], { rtol: 5e-3 });
});

test('a neuron that the network does not have is refused', async (t) => {
  const { exitCode, message } = await run(await temporaryFolder(t), { neurons: [0, 512] });
  assert.equal(exitCode, 1);
  assert.equal(message, 'neurons: 512 (this network has neurons 0 to 511)');
});

test('for a polynomial, summary.json has null and the reason, and nothing is drawn', async (t) => {
  const { exitCode, log, out } = await run(await temporaryFolder(t), {}, 'quadratic');
  assert.equal(exitCode, 0, log);
  const { key_frequencies, clusters, dead_neurons, not_measured } = await readSummary(out, neuronsSummary);
  assert.deepEqual([key_frequencies, clusters, dead_neurons], [null, null, null]);
  assert.match(String(not_measured), /is no sum of angles/);
  assert.deepEqual(await readdir(out), ['summary.json']);
});
