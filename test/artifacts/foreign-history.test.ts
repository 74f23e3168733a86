// Histories that other programs wrote: accepted if nothing is lost, otherwise refused with the column or row that is wrong.
// history-lz4.arrow is pyarrow's (test/fixtures/README.md); test/interop has pandas and Polars write more.
import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readArrow, writeArrow, type ColumnData, type ColumnType } from '../../lib/files/arrow.ts';
import { Failure } from '../../lib/files/failure.ts';
import { readForeignHistory, readHistory } from '../../lib/artifacts/history.ts';
import { readPretrained } from '../../lib/artifacts/pretrained.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const lz4 = fixture('history-lz4.arrow');
const folder = await temporaryFolder({ after });
const path = join(folder, 'history.arrow');

test('a history from pandas is read without loss: LZ4, int64 epochs, float32 losses, nulls for accuracies', async () => {
  const history = await readForeignHistory(lz4);
  assert.equal(history.length, 40);
  for (const [i, record] of history.entries())
    assert.deepEqual(record, {
      epoch: 10 * i,
      train_loss: Math.fround(4 / (1 + i)),
      test_loss: 4.5,
      train_accuracy: i % 3 === 0 ? i / 64 : NaN,
      test_accuracy: NaN,
    });
});

test('a history that comes with a model becomes one as the train stage writes it', async (t) => {
  const [from, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  await copyFile(fixture('trained-p53.safetensors'), join(from, 'model.safetensors'));
  await copyFile(lz4, join(from, 'history.arrow'));
  const { copyRest, history } = await readPretrained(from);
  await copyRest(to);
  assert.deepEqual(await readHistory(to), history);
});

/** Writes a history of two epochs with other columns in place of its own; undefined leaves one out. */
async function write(columns: Record<string, [ColumnType['type'], ColumnData] | undefined>): Promise<void> {
  const float64 = (...values: number[]): ['float64', ColumnData] => ['float64', Float64Array.from(values)];
  const all = { epoch: float64(0, 1), train_loss: float64(2, 1), test_loss: float64(3, 2), ...columns };
  const given = Object.entries(all).filter((entry) => entry[1] !== undefined) as unknown as [
    string,
    ['int32', Int32Array],
  ][];
  const types = given.map(([name, [type]]) => [name, { type }] as const);
  await writeArrow(
    path,
    { columns: Object.fromEntries(types), metadata: {} },
    Object.fromEntries(given.map(([name, [, data]]) => [name, data])),
  );
}

test('accuracies may be left out, numbers may be of any type', async () => {
  await write({ epoch: ['int32', Int32Array.of(0, 7)], test_loss: ['float32', Float32Array.of(1, 0.5)] });
  const unknown = { train_accuracy: NaN, test_accuracy: NaN };
  assert.deepEqual(await readForeignHistory(path), [
    { epoch: 0, train_loss: 2, test_loss: 1, ...unknown },
    { epoch: 7, train_loss: 1, test_loss: 0.5, ...unknown },
  ]);
});

test('what is not a history is refused with the column, its type or the epoch', async () => {
  const cases: [Parameters<typeof write>[0], RegExp][] = [
    [{ epoch: ['utf8', ['0', '1']] }, /has utf8 as column epoch \(expected a number in each row\)$/],
    [{ train_loss: undefined }, /has nothing as column train_loss \(expected a number in each row\)$/],
    [{ test_loss: ['float64', Float64Array.of(1, NaN)] }, /has the loss NaN at epoch 1$/],
    [{ epoch: ['float64', Float64Array.of(0, 0.5)] }, /has epoch 0\.5 after 0/],
  ];
  for (const [columns, message] of cases) {
    await write(columns);
    await assert.rejects(readForeignHistory(path), (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, message);
      return true;
    });
  }
});

test('a compressed file with a changed byte is read correctly or refused; it never hangs or crashes', async () => {
  const bytes = await readFile(lz4);
  const last = process.env['GROKSCOPE_LONG'] ? bytes.length : 400;
  for (let i = 0; i < last; i++) {
    const at = last === bytes.length ? i : (i * 2654435761) % bytes.length;
    const damaged = Uint8Array.from(bytes);
    damaged[at] = damaged[at]! ^ (1 + (i % 255));
    await writeFile(path, damaged);
    try {
      await readArrow(path);
    } catch (error) {
      assert.ok(error instanceof Failure, `byte ${at}: ${String((error as Error).stack)}`);
    }
  }
});
