// Which checkpoints are in the page, and how far what it draws of their packed weights is off.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { embeddingCircle } from '../../lib/measures/embedding-circle.ts';
import { attentionFromEquals, residualRows, runNeuron, runPair } from '../../lib/network/forward.ts';
import { readModel } from '../../lib/network/model-file.ts';
import { toMatrix } from '../../lib/numerics/matrix.ts';
import {
  packNetwork,
  showNetwork,
  unpackNetwork,
  type ShownNetwork,
} from '../../lib/report/packed-weights.ts';
import { chooseSnapshots } from '../../lib/report/snapshots.ts';
import { fromText, lengthAsText, toText } from '../../lib/report/text-bytes.ts';

const TRAINED = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));

/** A run whose squares grow fast, rest, and fall fast: 0, 100, ... 25,000. */
const run = Array.from({ length: 251 }, (_, i) => ({
  epoch: 100 * i,
  sum_squared_weights: 900 + 1100 * Math.exp(-i / 5) + 1800 / (1 + Math.exp((i - 100) / 4)),
}));

test('neighbours are at most 5 % of the way apart, or neighbouring checkpoints; landmarks are among them', () => {
  const landmarks = [140, 9_940, 13_420];
  const chosen = chooseSnapshots(run, landmarks, 40);
  assert.ok(chosen.length <= 40 && chosen.length >= 35, `${chosen.length}`);
  assert.deepEqual([chosen[0], chosen.at(-1)], [0, 25_000]);
  for (const epoch of [100, 9_900, 13_400]) assert.ok(chosen.includes(epoch), `${epoch}`);
  const lengths = run
    .slice(1)
    .map((each, i) => Math.abs(each.sum_squared_weights - run[i]!.sum_squared_weights));
  const way = (from: number, to: number): number =>
    lengths.slice(from / 100, to / 100).reduce((sum, x) => sum + x, 0);
  chosen.slice(1).forEach((to, i) => {
    const from = chosen[i]!;
    assert.ok(to - from === 100 || way(from, to) <= 0.05 * way(0, 25_000), `${from} to ${to}`);
  });
});

test('where there are fewer checkpoints than snapshots all of them are taken, of two or of one both ends', () => {
  assert.deepEqual(chooseSnapshots(run.slice(0, 7), [200], 40), [0, 100, 200, 300, 400, 500, 600]);
  assert.deepEqual(chooseSnapshots(run, [9_940], 2), [0, 25_000]);
  assert.deepEqual(chooseSnapshots(run.slice(0, 1), [0, 50], 40), [0]);
});

test('circle, logits and heat maps of packed weights are right to a pixel and to a colour', async () => {
  const { config, weights } = await readModel(TRAINED);
  const exact = showNetwork(config, weights);
  const packed = packNetwork(config, exact);
  const { buffer } = Uint8Array.from(fromText(toText(packed)));
  const [true_, shown] = [exact, unpackNetwork(config, buffer)].map(draw) as [Drawn, Drawn];
  /** The largest difference, where the whole of `of` is as large as `size`. */
  const off = (x: Float64Array, y: Float64Array, of: number, size: number): number =>
    (size / of) * x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0);
  const reach = (x: Float64Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  true_.circles.forEach((circle, i) => {
    const pixels = off(circle, shown.circles[i]!, 1.25 * reach(circle), 150);
    assert.ok(pixels < 1, `circle ${i}: ${pixels} pixels`);
  });
  true_.logits.forEach((logits, i) => {
    const pixels = off(logits, shown.logits[i]!, Math.max(...logits) - Math.min(...logits), 190);
    assert.ok(pixels < 1, `logits ${i}: ${pixels} pixels`);
  });
  true_.neurons.forEach((neuron, i) => {
    if (reach(neuron) === 0) return;
    const colours = off(neuron, shown.neurons[i]!, reach(neuron), 255);
    assert.ok(colours < 3, `neuron ${i}: ${colours} of 255 colours`);
  });
  assert.ok(off(true_.pattern, shown.pattern, 1, 255) < 1);

  interface Drawn {
    readonly circles: Float64Array[];
    readonly logits: Float64Array[];
    readonly neurons: Float64Array[];
    readonly pattern: Float64Array;
  }
  function draw({ weights, directions }: ShownNetwork): Drawn {
    const resid = residualRows(config, weights);
    const pattern = attentionFromEquals(directions, resid);
    const W_E = toMatrix(weights.W_E, { rows: config.p });
    const pairs = Array.from(
      { length: 20 },
      (_, i) => [(7 * i) % config.p, (11 * i + 3) % config.p] as const,
    );
    return {
      circles: Array.from({ length: config.p >> 1 }, (_, k) => embeddingCircle(W_E, k + 1).data),
      logits: pairs.map(([a, b]) => runPair(config, weights, directions, resid, a, b).logits.data),
      neurons: Array.from({ length: 20 }, (_, j) => runNeuron(config, weights, resid, pattern, 3 * j).data),
      pattern: pattern.data,
    };
  }
});

test('bytes as text are the same bytes again, and no character is one that HTML or an editor changes', () => {
  for (let length = 0; length < 20; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (37 * i + 255 * length) & 0xff);
    assert.deepEqual(fromText(toText(bytes)), bytes);
  }
  const all = Uint8Array.from({ length: 70_000 }, (_, i) => (i * i * 2_654_435_761) >>> 13);
  const text = toText(all);
  assert.deepEqual(fromText(text), all);
  assert.doesNotMatch(text, /[\0\n\r<]/);
  assert.ok(Math.abs(Buffer.byteLength(text) / lengthAsText(all) - 1) < 0.03);
});
