// On the grokked p = 53 network of test/fixtures: what does not depend on conventions, and composites by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { singularVectorSpectra } from '../../lib/measures/singular-vector-spectra.ts';
import { neuronMap } from '../../lib/network/composites.ts';
import { readModel } from '../../lib/network/model-file.ts';
import { toMatrix } from '../../lib/numerics/matrix.ts';
import { computeSvd } from '../../lib/numerics/svd.ts';
import { assertClose } from '../assert-close.ts';

const path = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));
const { config, weights } = await readModel(path);

test('the spectrum does not depend on signs, and the sum of columns does', () => {
  const { U } = computeSvd(toMatrix(weights.W_E, { rows: config.p }));
  const flipped = { ...U, data: U.data.map((x, i) => (i % U.columns === 1 ? -x : x)) };
  const [before, after] = [singularVectorSpectra(U, 8), singularVectorSpectra(flipped, 8)];
  assertClose('sign-free', after.signFree, before.signFree, { atol: 1e-12 });
  assertClose('per column', after.perColumn.data, before.perColumn.data, { atol: 1e-12 });
  const moved = after.ofSum.some((x, k) => Math.abs(x - before.ofSum[k]!) > 1e-3);
  assert.ok(moved, 'flipping one column changes the spectrum of the sum');
});

test('W_neur is W_E W_V W_O W_in of each head', () => {
  const maps = neuronMap(config, weights);
  const { d_model, d_head, d_mlp, n_heads } = config;
  assert.equal(maps.length, n_heads);
  const { W_V, W_O, W_in } = weights;
  for (const [h, a, neuron] of [
    [0, 0, 0],
    [n_heads - 1, 52, d_mlp - 1],
    [1, 7, 300],
  ] as const) {
    let expected = 0;
    for (let j = 0; j < d_head; j++) {
      let [value, effect] = [0, 0];
      for (let i = 0; i < d_model; i++) {
        value += weights.W_E.data[a * d_model + i]! * W_V.data[(h * d_model + i) * d_head + j]!;
        effect += W_O.data[(h * d_head + j) * d_model + i]! * W_in.data[i * d_mlp + neuron]!;
      }
      expected += value * effect;
    }
    assertClose(`head ${h}, a ${a}, neuron ${neuron}`, [maps[h]!.data[a * d_mlp + neuron]!], [expected], {
      rtol: 1e-9,
    });
  }
});
