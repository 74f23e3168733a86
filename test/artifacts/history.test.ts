import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeArrow } from '../../lib/files/arrow.ts';
import { readHistory, writeHistory } from '../../lib/artifacts/history.ts';

test('a history is read back as it was written, and a foreign file is refused by name', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'grokscope-history-'));
  t.after(() => rm(folder, { recursive: true }));
  const record = { epoch: 0, train_loss: 4.7, test_loss: 1e-9, train_accuracy: 0.25, test_accuracy: 1 };
  const history = [record, { ...record, epoch: 10, train_loss: 0.1 }];
  await writeHistory(folder, history);
  assert.deepEqual(await readHistory(folder), history);

  const columns = { epoch: { type: 'int32' as const } };
  await writeArrow(join(folder, 'history.arrow'), { columns, metadata: {} }, { epoch: Int32Array.of(1) });
  await assert.rejects(readHistory(folder), /history\.arrow has int32 as column epoch/);
});
