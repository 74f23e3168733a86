import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openArrow, readArrow } from '../../../lib/files/arrow.ts';
import { readSafetensors } from '../../../lib/files/safetensors.ts';
import type { Tensor } from '../../../lib/files/tensor.ts';
import { writeActivations } from '../../../lib/artifacts/activation-files.ts';
import { backendIdentity } from '../../../lib/engines/tensorflow/identity.ts';
import { openReadable } from '../../../lib/engines/readable.ts';
import { loadGradients, openBackend, tf, type BackendName } from '../../../lib/engines/tensorflow/backend.ts';
import {
  forward,
  forwardAtEquals,
  oneHot,
  toPrompts,
  toTensors,
  type TensorWeights,
} from '../../../lib/engines/tensorflow/forward.ts';
import { WEIGHT_NAMES, type ModelConfig, type Weights } from '../../../lib/network/config.ts';
import { ACTIVATION_NAMES, activations, EVERYTHING, HOOK_NAMES } from '../../../lib/network/hooks.ts';
import { initialWeights } from '../../../lib/network/initial.ts';
import { fromStateDict } from '../../network/from-state-dict.ts';
import { gridRows } from '../../../lib/task/split.ts';
import { assertClose } from '../../assert-close.ts';
import { temporaryFolder } from '../../stages/start-stage.ts';

const config: ModelConfig = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
const grid = gridRows(7, 'add');
const fixture = fileURLToPath(new URL('../../fixtures/tiny.safetensors', import.meta.url));
const TOLERANCE = { ofLargest: 1e-5 };

let golden: Record<string, Tensor>;
let weights: Weights;
const under = (prefix: string): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(golden)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );

before(async () => {
  golden = (await readSafetensors(fixture)).tensors;
  weights = fromStateDict(under('init/'));
});

for (const backend of ['wasm', 'cpu'] satisfies BackendName[]) {
  test(`${backend}: the fifteen hooks fire in order, with PyTorch's values on all pairs, and the logits follow`, async () => {
    await openBackend([backend]);
    const expected = under('cache/');
    const fired: string[] = [];
    tf.tidy(() => {
      const logits = forward(config, toTensors(weights), toPrompts(7, grid.a, grid.b), (name, activation) => {
        fired.push(name);
        assert.deepEqual(activation.shape, [49, ...activations(config)[name].shape], name);
        assertClose(name, activation.dataSync(), expected[name]!.data, TOLERANCE);
      });
      assertClose('logits', logits.dataSync(), golden.logits!.data, TOLERANCE);
    });
    assert.deepEqual(fired, [...HOOK_NAMES]);
  });

  test(`${backend}: differentiated, with all positions or restricted to the last, the pass has PyTorch's gradients`, async () => {
    await openBackend([backend]);
    await loadGradients();
    const rows = golden['split/train']!.data;
    const [a, b, label] = [grid.a, grid.b, grid.label].map((all) =>
      Int32Array.from(rows, (row) => all[row]!),
    );
    const expected = fromStateDict(under('grad/'));
    const logitsAtEquals = {
      forward: (named: TensorWeights): tf.Tensor =>
        tf.reshape(tf.slice(forward(config, named, toPrompts(7, a!, b!)), [0, 2, 0], [-1, 1, -1]), [-1, 7]),
      forwardAtEquals: (named: TensorWeights): tf.Tensor =>
        forwardAtEquals(config, named, { a: tf.tensor1d(a!, 'int32'), b: tf.tensor1d(b!, 'int32') }),
    };
    for (const [pass, logitsOf] of Object.entries(logitsAtEquals)) {
      const loss = (...tensors: tf.Tensor[]): tf.Tensor => {
        const named = Object.fromEntries(WEIGHT_NAMES.map((name, i) => [name, tensors[i]!])) as TensorWeights;
        const isLabel = oneHot(tf.tensor1d(label!, 'int32'), 7);
        return tf.neg(tf.mean(tf.sum(tf.mul(isLabel, tf.logSoftmax(logitsOf(named))), 1)));
      };
      tf.tidy(() => {
        const tensors = toTensors(weights);
        const gradients = tf.grads(loss as (...tensors: tf.Tensor[]) => tf.Scalar)(
          WEIGHT_NAMES.map((name) => tensors[name]),
        );
        for (const [i, name] of WEIGHT_NAMES.entries())
          assertClose(`${name}, ${pass}`, gradients[i]!.dataSync(), expected[name].data, TOLERANCE);
      });
    }
  });
}

test('the identity told without loading a backend is that of the backend that loads', async () => {
  assert.deepEqual(await backendIdentity(), (await openBackend()).identity);
});

test('attention scores keep -inf where a position would look ahead, and only there', () => {
  const { data } = golden['cache/blocks.0.attn.hook_attn_scores']!;
  const ahead = [1, 2, 5]; // of each 3 x 3 matrix
  assert.ok(data.every((score, i) => (score === -Infinity) === ahead.includes(i % 9)));
});

test('every activation is written on every pair, batch by batch, and the backend is left empty', async (t) => {
  const readable = await openReadable();
  const folder = await temporaryFolder(t);
  // 43 rows of 43: 26 grid rows a batch leave a last batch of 17.
  const wide = { ...config, p: 43 };
  const pairs = gridRows(43, 'add');
  const before = tf.memory().numTensors;
  const batches = readable.run(wide, initialWeights(wide, 1), pairs, new Set(ACTIVATION_NAMES));
  await writeActivations(folder, wide, batches, EVERYTHING);
  assert.equal(tf.memory().numTensors, before);
  for (const name of ACTIVATION_NAMES) {
    const file = await openArrow(join(folder, `${name}.arrow`));
    assert.deepEqual([file.rows, file.batches], [43 * 43, 2], name);
    assert.deepEqual(file.schema.columns.value, { type: 'tensor', ...activations(wide)[name] });
    assert.deepEqual([file.schema.metadata.name, file.schema.metadata.p], [name, '43']);
    assert.deepEqual(await file.readColumn('b'), pairs.b);
    await file.close();
  }
});

test('the files hold what the pass computed', async (t) => {
  const readable = await openReadable();
  const folder = await temporaryFolder(t);
  const batches = readable.run(config, weights, grid, new Set(ACTIVATION_NAMES));
  await writeActivations(folder, config, batches, EVERYTHING);
  for (const name of ACTIVATION_NAMES) {
    const { columns } = await readArrow(join(folder, `${name}.arrow`));
    const expected = name === 'logits' ? golden.logits! : under('cache/')[name]!;
    assertClose(name, columns.value as Float32Array, expected.data, TOLERANCE);
  }
});
