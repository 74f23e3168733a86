import assert from 'node:assert/strict';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Failure } from '../../lib/files/failure.ts';
import { readSafetensors, writeSafetensors } from '../../lib/files/safetensors.ts';
import { createTensor, type Tensor } from '../../lib/files/tensor.ts';
import { temporaryFolder } from '../stages/start-stage.ts';
import { createRandom, damage } from './damage.ts';

const tensors: Record<string, Tensor> = {
  'embed.W_E': createTensor([2, 3], Float32Array.of(1, -2, 3.5, -0, Infinity, 1e-40)),
  scalar: createTensor([], Float32Array.of(-1e5)),
  empty: createTensor([0, 4]),
  'blocks.0.mlp.b_in': createTensor([5]),
};

async function pathFor(t: TestContext): Promise<string> {
  return join(await temporaryFolder(t), 'model.safetensors');
}

/** A file with this header and so many bytes of data, whether they fit or not. */
function fileOf(header: unknown, data: Uint8Array = new Uint8Array(0), length?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(length ?? BigInt(json.length));
  return Buffer.concat([size, json, data]);
}

test('tensors and metadata come back as they were written', async (t) => {
  const path = await pathFor(t);
  await writeSafetensors(path, tensors, { p: '113', note: 'é' });
  assert.deepEqual(await readSafetensors(path), { tensors, metadata: { p: '113', note: 'é' } });
});

test('the same tensors give the same bytes, and data start at a multiple of 8', async (t) => {
  const path = await pathFor(t);
  await writeSafetensors(path, tensors, { note: 'odd' });
  const first = await readFile(path);
  await writeSafetensors(path, tensors, { note: 'odd' });
  assert.deepEqual(await readFile(path), first);
  assert.equal(first.readBigUInt64LE() % 8n, 0n);
});

test('other dtypes are read as float32', async (t) => {
  const path = await pathFor(t);
  const values: [string, number[], Uint8Array][] = [
    ['F64', [0.1, -2], new Uint8Array(Float64Array.of(0.1, -2).buffer)],
    ['F16', [1.5, -Infinity], new Uint8Array(Uint16Array.of(0x3e00, 0xfc00).buffer)],
    ['BF16', [1, -2], new Uint8Array(Uint16Array.of(0x3f80, 0xc000).buffer)],
    ['I64', [7, -9], new Uint8Array(BigInt64Array.of(7n, -9n).buffer)],
    ['I32', [7, -9], new Uint8Array(Int32Array.of(7, -9).buffer)],
    ['BOOL', [1, 0], Uint8Array.of(1, 0)],
    ['U8', [255, 0], Uint8Array.of(255, 0)],
  ];
  for (const [dtype, expected, data] of values) {
    await writeFile(path, fileOf({ x: { dtype, shape: [2], data_offsets: [0, data.length] } }, data));
    const { tensors: found } = await readSafetensors(path);
    assert.deepEqual(found.x?.data, Float32Array.from(expected), dtype);
  }
});

async function refuses(path: string, message: RegExp): Promise<void> {
  await assert.rejects(readSafetensors(path), (error) => {
    assert.ok(error instanceof Failure && error.message.startsWith(path), String(error));
    assert.match(error.message, message);
    return true;
  });
}

test('every way in which a header can be wrong has its own message', async (t) => {
  const path = await pathFor(t);
  const x = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const data = new Uint8Array(8);
  const cases: [Buffer, RegExp][] = [
    [Buffer.alloc(3), /is not a safetensors file \(3 bytes\)/],
    [fileOf('[1, 2, 3, 4]'), /no header of JSON/],
    [fileOf('{"x": 1'), /its header is not a JSON object/],
    [fileOf(Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'), data), /its header is not a JSON object/],
    [fileOf({ x }, data, 2n ** 63n), /no header of JSON/],
    [fileOf({ x }, data, 5_000_000n), /is truncated: its header takes 5000000 bytes/],
    [fileOf({ x: 3 }, data), /no description of tensor x/],
    [fileOf({ x: { ...x, dtype: 'F31' } }, data), /tensor x of dtype "F31" \(expected F64, F32/],
    [fileOf({ x: { ...x, dtype: 'toString' } }, data), /tensor x of dtype "toString"/],
    [fileOf({ x: { ...x, shape: [-2] } }, data), /tensor x of shape \[-2\]/],
    [fileOf({ x: { ...x, shape: [2 ** 40, 2 ** 40] } }, data), /tensor x of shape/],
    [fileOf({ x: { ...x, shape: '2' } }, data), /tensor x of shape "2"/],
    [fileOf({ x: { ...x, data_offsets: [0] } }, data), /tensor x at \[0\]/],
    [fileOf({ x: { ...x, data_offsets: [0, 12] } }, data), /12 bytes of tensor x, F32 \[2\] needs 8/],
    [fileOf({ x: { ...x, data_offsets: [8, 0] } }, data), /-8 bytes of tensor x/],
    [fileOf({ x, y: { ...x, data_offsets: [4, 12] } }, new Uint8Array(12)), /tensor y overlap/],
    [
      fileOf({ x, y: { ...x, data_offsets: [16, 24] } }, new Uint8Array(24)),
      /8 bytes before tensor y that belong to none/,
    ],
    [fileOf({ x }, new Uint8Array(7)), /is truncated: 7 of 8 bytes/],
    [fileOf({ x }, new Uint8Array(9)), /1 bytes at its end that belong to no tensor/],
    [fileOf({ __metadata__: { p: 113 }, x }, data), /metadata that are not strings/],
    [fileOf({ __metadata__: 'p', x }, data), /metadata that are not strings/],
  ];
  for (const [bytes, message] of cases) {
    await writeFile(path, bytes);
    await refuses(path, message);
  }
});

test('64 MB of garbage, and a header that claims terabytes, are refused without allocating', async (t) => {
  const path = await pathFor(t);
  const random = createRandom(2);
  await writeFile(
    path,
    Uint32Array.from({ length: 1 << 24 }, () => random(2 ** 32)),
  );
  const before = process.memoryUsage();
  await refuses(path, /is not a safetensors file/);
  const header = await open(path, 'r+'); // garbage that begins as a file does, its header the whole of it
  await header.write(fileOf('{', new Uint8Array(0), BigInt(2 ** 26 - 8)), 0, 9, 0);
  await header.close();
  await refuses(path, /is not a safetensors file/);
  await writeFile(path, fileOf({ x: { dtype: 'F32', shape: [2 ** 40], data_offsets: [0, 2 ** 42] } }));
  await refuses(path, /is truncated: 0 of 4398046511104 bytes/);
  const after = process.memoryUsage();
  assert.ok(after.arrayBuffers + after.heapUsed < before.arrayBuffers + before.heapUsed + 2 ** 23);
});

test('a missing file, or a folder, is named', async (t) => {
  const path = await pathFor(t);
  await refuses(path, /is missing/);
  await refuses(join(path, '..'), /is a folder/);
});

test('a damaged file is refused with a clear error or read as it stands, never otherwise', async (t) => {
  const path = await pathFor(t);
  await writeSafetensors(path, tensors, { p: '113' });
  const original = await readFile(path);
  const start = 8 + Number(original.readBigUInt64LE());
  const data = (bytes: Buffer): Buffer => bytes.subarray(start);
  const random = createRandom(3);
  let refused = 0;
  for (let i = 0; i < (process.env.GROKSCOPE_LONG ? 2000 : 100); i++) {
    const { bytes, what } = damage(original, [[0, start]], random);
    await writeFile(path, bytes);
    try {
      const { tensors: found } = await readSafetensors(path);
      // Only numbers that are in the file, as many as before unless a dtype has changed.
      const floats = Object.values(found).map(({ data: { buffer } }) => Buffer.from(buffer));
      const isFloat = !/"(I32|U8|I64)"/.test(bytes.toString('latin1', 8, start));
      if (isFloat) assert.deepEqual(Buffer.concat(floats), data(bytes), what);
    } catch (error) {
      assert.ok(error instanceof Failure && error.message.startsWith(path), `${what}: ${String(error)}`);
      refused++;
    }
  }
  assert.ok(refused > 50, `only ${refused} refused`);
});
