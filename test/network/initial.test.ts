import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readSafetensors } from '../../lib/files/safetensors.ts';
import { parameterCount, WEIGHT_NAMES, type ModelConfig } from '../../lib/network/config.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { toStateDict } from '../../lib/network/saved-model.ts';
import { assertClose } from '../assert-close.ts';

const reference: ModelConfig = { p: 113, d_model: 128, n_heads: 4, d_head: 32, d_mlp: 512 };
const golden = JSON.parse(
  readFileSync(new URL('../fixtures/p113-seed999-split598.json', import.meta.url), 'utf8'),
) as { init: Record<string, { first: number[]; last: number[]; sum: number; sum_of_squares: number }> };

// Four units in the last place, by which PyTorch's own builds differ from each other.
const FOUR_ULP = { rtol: 4 * 2 ** -23 };

test('the reference model has 226,048 parameters', () => {
  assert.equal(parameterCount(reference), 226_048);
});

test('seed 999 draws the weights with which the published run starts', () => {
  const tensors = toStateDict(reference, initialWeights(reference, 999));
  for (const [key, { first, last, sum, sum_of_squares }] of Object.entries(golden.init)) {
    const { data } = tensors[key]!;
    assertClose(`${key} first`, data.subarray(0, first.length), first, FOUR_ULP);
    assertClose(`${key} last`, data.subarray(-last.length), last, FOUR_ULP);
    const squares = data.reduce((total, x) => total + x * x, 0);
    const total = data.reduce((t, x) => t + x, 0);
    assertClose(`${key} sums`, [total, squares], [sum, sum_of_squares], { rtol: 1e-6, atol: 1e-5 });
  }
});

test("a tiny model starts with PyTorch's weights, element by element", async () => {
  const { tensors } = await readSafetensors(
    new URL('../fixtures/tiny.safetensors', import.meta.url).pathname,
  );
  const config: ModelConfig = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
  const keys = Object.keys(tensors).filter((key) => key.startsWith('init/') && key.includes('W_'));
  assert.equal(keys.length, WEIGHT_NAMES.length);
  const drawn = toStateDict(config, initialWeights(config, 3));
  for (const key of keys)
    assertClose(key, drawn[key.slice('init/'.length)]!.data, tensors[key]!.data, {
      rtol: 4 * 2 ** -23,
      atol: 1e-9,
    });
});
