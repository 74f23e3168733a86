// Other people's tools read what this project writes, and the other way round.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createArrow, readArrow, type ArrowSchema } from '../../lib/files/arrow.ts';
import { readSafetensors } from '../../lib/files/safetensors.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { writeModel } from '../../lib/network/model-file.ts';
import { writePairs } from '../../lib/artifacts/dataset.ts';
import { gridRows } from '../../lib/task/split.ts';
import { temporaryFolder } from '../stages/start-stage.ts';
import { missing, runPython } from './python.ts';

const trained = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));
const config = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };

test(
  'pyarrow maps a file of several batches without a copy, with every type and shape',
  { skip: missing('pyarrow') },
  async (t) => {
    const path = join(await temporaryFolder(t), 'all.arrow');
    const schema: ArrowSchema = {
      columns: {
        a: { type: 'int32' },
        x: { type: 'float64' },
        norm: { type: 'float32' },
        value: { type: 'tensor', shape: [3, 2], dims: ['pos', 'd_model'] },
        half: { type: 'tensor', shape: [2], dims: ['d'], dtype: 'float16' },
      },
      metadata: { p: '7' },
    };
    const writer = await createArrow(path, schema);
    for (const start of [0, 2])
      await writer.append({
        a: Int32Array.of(start, start + 1),
        x: Float64Array.of(0.5, 0.25),
        norm: Float32Array.of(1, 2),
        value: Float32Array.from({ length: 12 }, (_, i) => 12 * start + i),
        half: Float32Array.of(1, 2, 3, -Infinity),
      });
    await writer.close();
    assert.deepEqual(await runPython('read_arrow', path), {
      rows: 4,
      batches: 2,
      copied: 0,
      metadata: { p: '7' },
      columns: {
        a: { type: 'int32', sum: 6 },
        x: { type: 'double', sum: 1.5 },
        norm: { type: 'float', sum: 6 },
        value: {
          type: 'extension<arrow.fixed_shape_tensor[value_type=float, shape=[3,2], dim_names=[pos,d_model]]>',
          shape: [4, 3, 2],
          dims: ['pos', 'd_model'],
          sum: 66 + 12 * 24 + 66,
          infinite: 0,
        },
        half: {
          type: 'extension<arrow.fixed_shape_tensor[value_type=halffloat, shape=[2], dim_names=[d]]>',
          shape: [4, 2],
          dims: ['d'],
          sum: 12,
          infinite: 2,
        },
      },
    });
  },
);

test('pyarrow reads the pairs of the dataset', { skip: missing('pyarrow') }, async (t) => {
  const folder = await temporaryFolder(t);
  const isTrain = Uint8Array.from({ length: 9 }, (_, i) => i % 2);
  await writePairs(
    folder,
    { p: 3, operation: 'add', train_fraction: 0.5, seed: 1 },
    gridRows(3, 'add'),
    isTrain,
  );
  const { columns, rows } = (await runPython('read_arrow', join(folder, 'pairs.arrow'))) as {
    rows: number;
    columns: Record<string, unknown>;
  };
  assert.equal(rows, 9);
  assert.deepEqual(columns.split, {
    type: 'dictionary<values=string, indices=int32, ordered=0>',
    values: Array.from(isTrain, (flag) => (flag ? 'train' : 'test')),
  });
});

test('a file that pyarrow wrote is read', { skip: missing('pyarrow') }, async (t) => {
  const path = join(await temporaryFolder(t), 'python.arrow');
  await runPython('write_arrow', path);
  assert.deepEqual(await readArrow(path), {
    schema: {
      columns: {
        epoch: { type: 'float64' },
        a: { type: 'int32' },
        split: { type: 'utf8' },
        value: { type: 'tensor', shape: [3, 2], dims: ['pos', 'd_model'] },
      },
      metadata: { p: '7' },
    },
    rows: 4,
    columns: {
      epoch: Float64Array.of(0, 100, 200, 300),
      a: Int32Array.of(1, 2, 3, 4),
      split: ['train', 'test', 'test', 'train'],
      value: Float32Array.from({ length: 24 }, (_, i) => i),
    },
  });
});

test(
  'the safetensors package reads a model, and this project reads what it reads',
  { skip: missing('safetensors', 'numpy') },
  async (t) => {
    const path = join(await temporaryFolder(t), 'model.safetensors');
    await writeModel(path, config, initialWeights(config, 1), { epoch: '100' });
    for (const file of [path, trained]) {
      const { tensors, metadata } = await readSafetensors(file);
      const python = (await runPython('read_safetensors', file)) as {
        metadata: Record<string, string>;
        tensors: Record<string, [number[], string]>;
      };
      assert.deepEqual(python.metadata, metadata);
      assert.deepEqual(Object.keys(python.tensors).sort(), Object.keys(tensors).sort());
      for (const [name, [shape, sum]] of Object.entries(python.tensors)) {
        const { shape: own, data } = tensors[name]!;
        assert.deepEqual(own, shape, name);
        const total = data.reduce((total, value) => total + value, 0);
        assert.ok(
          sum === '-inf' ? total === -Infinity : Math.abs(total - Number(sum)) < 1e-9,
          `${name}: ${total}`,
        );
      }
    }
  },
);
