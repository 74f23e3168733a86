// Histories as pyarrow, pandas and Polars write them: taken as they are, or refused in words.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readForeignHistory } from '../../lib/artifacts/history.ts';
import { temporaryFolder } from '../stages/start-stage.ts';
import { missing, runPython } from './python.ts';

const REFUSED: Record<string, RegExp> = {
  big_epoch: /has 9007199254740993 in row 0 of column epoch, which float64 does not hold exactly$/,
  null_loss: /has the loss NaN at epoch 0$/,
  stream: /is not an Arrow file$/,
  text: /has a column note of Utf8 \(expected whole numbers, float32, float64, /,
  zstd: /is compressed with zstd \(expected LZ4 or no compression\)$/,
};

test(
  'histories of other writers are taken as they are, or refused with what is wrong',
  { skip: missing('pyarrow', 'polars', 'numpy') },
  async () => {
    const folder = await temporaryFolder({ after });
    const names = (await runPython('write_histories', folder)) as string[];
    assert.deepEqual(
      names.filter((name) => name in REFUSED),
      Object.keys(REFUSED),
    );
    for (const name of names) {
      const reading = readForeignHistory(join(folder, `${name}.arrow`));
      if (REFUSED[name]) await assert.rejects(reading, REFUSED[name]);
      else
        for (const [i, record] of (await reading).entries())
          assert.deepEqual(
            record,
            {
              epoch: 10 * i,
              train_loss: 4 / (1 + 10 * i),
              test_loss: 4.5,
              train_accuracy: (10 * i) / 512,
              test_accuracy: (10 * i) / 1024,
            },
            name,
          );
    }
  },
);
