// The memory that the kernel says a model takes, compared with what it really takes.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gridRows } from '../../../lib/task/split.ts';

const module = await WebAssembly.compile(
  await readFile(new URL('../../../lib/engines/kernel/wasm/kernel.wasm', import.meta.url)),
);

/** One for each size, and for the pairs: most of the memory is for what grows with it. */
const SIZES: Readonly<Record<string, readonly [...sizes: number[]]>> = {
  'the reference model': [113, 128, 4, 32, 512, 2],
  'a long residual stream': [113, 8000, 2, 16, 256, 1],
  'many heads': [53, 16, 200, 8, 128, 1],
  'long heads': [31, 16, 2, 20_000, 128, 1],
  'many neurons': [53, 16, 2, 8, 20_000, 1],
  'many threads': [31, 16, 2, 8, 1024, 64],
  'many pairs': [251, 16, 1, 8, 128, 1],
};

for (const [name, sizes] of Object.entries(SIZES))
  test(`the memory of ${name} is predicted within an eighth`, async () => {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const { a, b, label } = gridRows(sizes[0]!, 'add');
    const copy = (column: Int32Array): number => {
      const pointer = exports.allocate(column.byteLength);
      new Int32Array(memory.buffer, pointer, column.length).set(column);
      return pointer;
    };
    const columns = [a, b, label].map(copy);
    const numbers = exports.allocate(64);
    const before = exports.allocate(0);
    const kernel = exports.open(...sizes, 0);
    const batch = exports.upload(kernel, a.length, ...columns);
    exports.prepare(kernel, batch, 0, 1, 0, numbers, numbers, numbers, 0, 0);
    const taken = exports.allocate(0) - before;
    const told = exports.bytes(...sizes, a.length);
    assert.ok(Math.abs(told / taken - 1) < 1 / 8, `${told} told, ${taken} taken`);
  });
