import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  type ArrowSchema,
  type Columns,
  createArrow,
  expectColumns,
  openArrow,
  readArrow,
  writeArrow,
} from '../../lib/files/arrow.ts';
import { Failure } from '../../lib/files/failure.ts';
import { temporaryFolder } from '../stages/start-stage.ts';
import { createRandom, damage } from './damage.ts';

const schema: ArrowSchema = {
  columns: {
    a: { type: 'int32' },
    loss: { type: 'float64' },
    norm: { type: 'float32' },
    split: { type: 'utf8' },
    value: { type: 'tensor', shape: [3, 2], dims: ['pos', 'd_model'] },
  },
  metadata: { p: '7', note: 'é' },
};

/** Rows `from` to `to` of a table in which every value is known from its row. */
function rowsOf(from: number, to: number): Columns {
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    a: Int32Array.from(rows, (row) => -row),
    loss: Float64Array.from(rows, (row) => row / 3),
    norm: Float32Array.from(rows, (row) => row / 7),
    split: rows.map((row) => ['train', 'test', 'dünn'][row % 3]!),
    value: Float32Array.from({ length: 6 * rows.length }, (_, i) => 6 * from + i),
  };
}

async function writeThreeBatches(t: TestContext): Promise<string> {
  const path = join(await temporaryFolder(t), 'three.arrow');
  const writer = await createArrow(path, schema);
  for (const [from, to] of [
    [0, 1],
    [1, 5],
    [5, 12],
  ] as const)
    await writer.append(rowsOf(from, to));
  await writer.close();
  return path;
}

const withShape = { ...schema.metadata, shape: '[3,2]', dims: '["pos","d_model"]' };

test('a file has the same bytes whatever version writes it, so that stored results stay what they are', async (t) => {
  const half: ArrowSchema['columns'] = {
    ...schema.columns,
    half: { type: 'tensor', shape: [2], dims: ['x'], dtype: 'float16' },
  };
  const folder = await temporaryFolder(t);
  const writer = await createArrow(join(folder, 'half.arrow'), { columns: half, metadata: {} });
  await writer.append({ ...rowsOf(0, 3), half: Float32Array.of(0, 1, -2, 0.5, 65504, -Infinity) });
  await writer.close();
  await writeArrow(join(folder, 'empty.arrow'), schema, rowsOf(0, 0));
  const hashOf = async (path: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  const paths = [await writeThreeBatches(t), join(folder, 'half.arrow'), join(folder, 'empty.arrow')];
  const hashes = await Promise.all(paths.map(hashOf));
  assert.deepEqual(
    hashes.map((hash) => hash.slice(0, 16)),
    ['ac09b60ef07dc4fb', 'ca7df4983c62dd57', '11fd5c69b5ffbef2'],
  );
});

test('what was written in several batches is read back whole, column by column and batch by batch', async (t) => {
  const path = await writeThreeBatches(t);
  const whole = await readArrow(path);
  assert.deepEqual(whole, { schema: { ...schema, metadata: withShape }, rows: 12, columns: rowsOf(0, 12) });

  const file = await openArrow(path);
  assert.deepEqual([file.rows, file.batches], [12, 3]);
  assert.deepEqual(await file.readBatch(1), rowsOf(1, 5));
  assert.deepEqual(await file.readColumn('split'), rowsOf(0, 12).split);
  await file.close();
});

test('the same batches give the same bytes, whatever was written before in this process', async (t) => {
  const [first, second] = [await writeThreeBatches(t), await writeThreeBatches(t)];
  assert.deepEqual(await readFile(first), await readFile(second));
});

test('a file without rows keeps its columns, with no batch or an empty one', async (t) => {
  const folder = await temporaryFolder(t);
  const none = join(folder, 'none.arrow');
  await (await createArrow(none, schema)).close();
  const empty = join(folder, 'empty.arrow');
  await writeArrow(empty, schema, rowsOf(0, 0));
  for (const path of [none, empty]) {
    const { schema: found, rows, columns } = await readArrow(path);
    assert.equal(rows, 0);
    assert.deepEqual(found.columns, schema.columns);
    assert.deepEqual(columns, rowsOf(0, 0));
  }
});

test('float16 columns hold the nearest half and read back as float32', async (t) => {
  const path = join(await temporaryFolder(t), 'half.arrow');
  const half: ArrowSchema = {
    columns: { value: { type: 'tensor', shape: [7], dims: ['d'], dtype: 'float16' } },
    metadata: {},
  };
  // Ties to even on both sides, a carry into the exponent, overflow, subnormals, -0.
  const value = Float32Array.of(
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    2 - 2 ** -12,
    65520,
    2 ** -24,
    3 * 2 ** -26,
    -0,
  );
  await writeArrow(path, half, { value });
  const { columns, schema: found } = await readArrow(path);
  assert.deepEqual(found.columns, half.columns);
  assert.deepEqual(columns.value, Float32Array.of(1, 1 + 2 ** -9, 2, Infinity, 2 ** -24, 2 ** -24, -0));
});

test('columns that do not fit the schema are refused by name before anything is written', async (t) => {
  const path = join(await temporaryFolder(t), 'misfit.arrow');
  const columns = rowsOf(0, 2);
  const bad: [Columns, RegExp][] = [
    [
      { ...columns, value: new Float32Array(13) },
      /column value: 13 values are not whole rows of float32 \[3, 2\]/,
    ],
    [{ ...columns, a: new Int32Array(3) }, /columns differ in length: a 3/],
    [{ ...columns, a: new Float32Array(2) }, /column a: Float32Array for int32/],
    [{ a: new Int32Array(2) }, /columns a \(the schema has a, loss, norm, split, value\)/],
  ];
  for (const [given, message] of bad) await assert.rejects(writeArrow(path, schema, given), message);
});

test('a missing, foreign, unfinished or wrongly shaped file is named, with what was expected', async (t) => {
  const path = await writeThreeBatches(t);
  const refused = async (file: string, message: RegExp): Promise<void> => {
    await assert.rejects(openArrow(file), (error) => {
      assert.ok(error instanceof Failure && error.message.includes(file) && error.remedy, String(error));
      assert.match(error.message, message);
      return true;
    });
  };
  await refused(`${path}.none`, /is missing/);
  const foreign = `${path}.png`;
  await writeFile(foreign, Buffer.alloc(1000, 'PNG'));
  await refused(foreign, /is not an Arrow file/);
  await writeFile(foreign, '');
  await refused(foreign, /is not an Arrow file \(0 bytes\)/);
  const bytes = await readFile(path);
  for (const length of [bytes.length - 1, bytes.length >> 1, 30]) {
    await writeFile(foreign, bytes.subarray(0, length));
    await refused(foreign, /is truncated/);
  }

  const file = await openArrow(path);
  await assert.rejects(
    file.readColumn('W_E'),
    /three.arrow has no column W_E \(it has a, loss, norm, split, value\)/,
  );
  assert.throws(
    () => expectColumns(file, { value: { type: 'tensor', shape: [3, 4], dims: ['pos', 'd_model'] } }),
    /three.arrow has float32 \[3, 2\] as column value \(expected float32 \[3, 4\]\)/,
  );
  await file.close();
});

test('a file that cannot be written says why', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(createArrow(join(folder, 'no', 'x.arrow'), schema), /x.arrow is missing/);
  await assert.rejects(createArrow(folder, schema), /is a folder/);
});

/** The columns' bytes in the order in which the file has them, which the reader must find or refuse. */
function bytesOf(columns: Columns): Buffer {
  const parts = Object.values(columns).map((data) =>
    Array.isArray(data) ? Buffer.alloc(0) : Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  return Buffer.concat(parts);
}

test('64 MB of garbage is refused without allocating, whatever its ends say', async (t) => {
  const path = join(await temporaryFolder(t), 'garbage.arrow');
  const random = createRandom(4);
  const garbage = Uint32Array.from({ length: 1 << 24 }, () => random(2 ** 32));
  const bytes = Buffer.from(garbage.buffer);
  const before = process.memoryUsage();
  const refuses = async (message: RegExp): Promise<void> => {
    await writeFile(path, bytes);
    await assert.rejects(openArrow(path), (error) => {
      assert.ok(error instanceof Failure && error.message.startsWith(path), String(error));
      assert.match(error.message, message);
      return true;
    });
  };
  await refuses(/is not an Arrow file/);
  bytes.write('ARROW1\0\0', 'latin1');
  await refuses(/is truncated/);
  bytes.write('ARROW1', bytes.length - 6, 'latin1');
  for (const [length, message] of [
    [2 ** 31 - 1, /is truncated/],
    [60_000_000, /has a footer of 60000000 bytes/],
    [5000, /has /],
  ] as const) {
    bytes.writeInt32LE(length, bytes.length - 10);
    await refuses(message);
  }
  const after = process.memoryUsage();
  assert.ok(after.arrayBuffers + after.heapUsed < before.arrayBuffers + before.heapUsed + 2 ** 23);
});

test('a damaged file is refused with a clear error or read as it stands, never otherwise', async (t) => {
  const path = await writeThreeBatches(t);
  const original = await readFile(path);
  const expected = bytesOf((await readArrow(path)).columns);
  const footer = original.length - 10 - original.readInt32LE(original.length - 10);
  const random = createRandom(1);
  let refused = 0;
  for (let i = 0; i < (process.env.GROKSCOPE_LONG ? 2000 : 100); i++) {
    const { bytes, what } = damage(
      original,
      [
        [footer, original.length],
        [0, 1200],
      ],
      random,
    );
    const damaged = `${path}.${i}`;
    await writeFile(damaged, bytes);
    try {
      const { rows, columns } = await readArrow(damaged);
      assert.equal(rows, 12, what);
      // Every number is either the one that was written or sits in a place that was damaged.
      const found = bytesOf(columns);
      const changed = found.filter((byte, at) => byte !== expected[at]).length;
      assert.ok(found.length === expected.length && changed <= 40, `${what}: ${changed} bytes differ`);
      if (bytes.length !== original.length) assert.equal(changed, 0, what);
    } catch (error) {
      assert.ok(error instanceof Failure && error.message.startsWith(damaged), `${what}: ${String(error)}`);
      refused++;
    }
  }
  assert.ok(refused > 50, `only ${refused} refused`);
});
