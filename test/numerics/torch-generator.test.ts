import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { assertClose } from '../assert-close.ts';

const golden = JSON.parse(
  readFileSync(new URL('../fixtures/torch-generator.json', import.meta.url), 'utf8'),
) as Record<'randperm_seed0_n10' | 'randperm_seedmax_n7', number[]> & { normal_seed3_5_20_3: number[][] };

test('permutations are torch.randperm, bit for bit', () => {
  assert.deepEqual([...new TorchGenerator(0).permutation(10)], golden.randperm_seed0_n10);
  assert.deepEqual([...new TorchGenerator(2 ** 32 - 1).permutation(7)], golden.randperm_seedmax_n7);
});

test('normals follow torch.Tensor.normal_ through short tensors, whole blocks and ragged ends', () => {
  const generator = new TorchGenerator(3);
  for (const expected of golden.normal_seed3_5_20_3)
    assertClose(`${expected.length} normals`, generator.normal(expected.length, 0.5), expected, {
      rtol: 4 * 2 ** -23, // four units in the last place
    });
});
