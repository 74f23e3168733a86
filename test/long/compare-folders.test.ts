import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeArrow } from '../../lib/files/arrow.ts';
import { writeSafetensors } from '../../lib/files/safetensors.ts';
import { createTensor } from '../../lib/files/tensor.ts';
import { compareFolders } from './compare-folders.ts';

const page = (data: object, code = 'run()'): string =>
  `<!doctype html><script type="application/json" id="data">${JSON.stringify(data)}</script>` +
  `<script type="application/octet-stream" id="weights-0">AAAA</script><script>${code}</script>`;
const record = (seconds: number, engine = 'native'): string =>
  JSON.stringify({ made: { seconds }, fields: { code: { a: seconds }, identity: { engine } } });
const table = (path: string, values: number[], words = ['x', 'y', 'x'], unit = 'nats') =>
  writeArrow(
    path,
    {
      columns: {
        epoch: { type: 'int32' },
        loss: { type: 'float64' },
        set: { type: 'utf8' },
        W: { type: 'tensor', shape: [1], dims: ['d'] },
      },
      metadata: { unit },
    },
    {
      epoch: Int32Array.of(0, 1, 2),
      loss: Float64Array.from(values),
      set: words,
      W: Float32Array.from(values),
    },
  );
const DATA = {
  p: 5,
  history: { columns: { loss: Buffer.from(Float32Array.of(1, 2).buffer).toString('base64') } },
};
const MADE = { made_by: { train: { key: 'k', identity: { engine: 'native' } } } };

describe('two folders of artifacts', () => {
  let root: string;
  let old: string;
  let now: string;
  const at = (...path: string[]): string => join(now, ...path);
  const found = async (tolerance = 0): Promise<string[]> => {
    const { differences } = await compareFolders(old, now, tolerance);
    return differences.map(({ kind, file, part, says }) => `${kind} ${file} ${part}: ${says}`);
  };

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'grokscope-compare-'));
    old = join(root, 'old');
    for (const folder of ['train', 'report', '.runs/train'])
      await mkdir(join(old, folder), { recursive: true });
    await table(join(old, 'train/history.arrow'), [4, 2, NaN]);
    await writeSafetensors(
      join(old, 'train/model.safetensors'),
      { W: createTensor([2], Float32Array.of(1, 2)) },
      {},
    );
    await writeFile(join(old, 'train/summary.json'), JSON.stringify({ loss: { all: 1e-3 }, key: [9, 33] }));
    await writeFile(join(old, 'train/loss.svg'), '<svg>old</svg>');
    await writeFile(join(old, '.runs/train/provenance.json'), record(1));
    await writeFile(join(old, '.runs/train/log.txt'), 'took 1 s');
    await writeFile(join(old, 'report/index.html'), page({ ...DATA, ...MADE }));
    await writeFile(join(old, 'report/summary.json'), JSON.stringify({ p: 7, bytes: 1 }));
  });
  after(() => rm(root, { recursive: true, force: true }));

  /** The second folder: the first, changed. */
  const change = async (changed: () => Promise<unknown>): Promise<void> => {
    now = join(root, 'now');
    await rm(now, { recursive: true, force: true });
    await cp(old, now, { recursive: true });
    await changed();
  };

  test('are equal as long as they have the same files of the same bytes', async () => {
    await change(async () => {});
    assert.deepEqual(await compareFolders(old, now, 0), { files: 8, equal: 8, differences: [] });
  });

  test('differ by a byte of a picture, which no tolerance allows', async () => {
    await change(() => writeFile(at('train/loss.svg'), '<svg>olD</svg>'));
    assert.deepEqual(await found(1), ['beyond train/loss.svg bytes: from byte 7 on; 14 and 14 bytes']);
    await change(() => writeFile(at('train/loss.svg'), '<svg>old</svg>\n'));
    assert.deepEqual(await found(1), ['beyond train/loss.svg bytes: from byte 14 on; 14 and 15 bytes']);
  });

  test('differ by a file that only one of them has', async () => {
    await change(async () => {
      await rm(at('train/summary.json'));
      await rm(at('.runs/train/provenance.json'));
      await writeFile(at('train/new.svg'), '');
    });
    assert.deepEqual(await found(1), [
      `beyond .runs/train/provenance.json missing: is not in ${now}`,
      `beyond train/new.svg missing: is not in ${old}`,
      `beyond train/summary.json missing: is not in ${now}`,
    ]);
  });

  test('differ by a number beyond the tolerance, whose column and size are told', async () => {
    await change(async () => {
      await table(at('train/history.arrow'), [4, 2.25, NaN]);
      await writeFile(at('train/summary.json'), JSON.stringify({ loss: { all: 1e-3 }, key: [9, 34] }));
      const W = createTensor([2], Float32Array.of(1, 2.5));
      await writeSafetensors(at('train/model.safetensors'), { W }, {});
    });
    const says = [
      'train/history.arrow column loss: largest difference 0.25, of number 1: 2, then 2.25; largest number 4',
      'train/history.arrow column W: largest difference 0.25, of number 1: 2, then 2.25; largest number 4',
      'train/model.safetensors W: largest difference 0.5, of number 1: 2, then 2.5; largest number 2',
      'train/summary.json key.1: largest difference 1, of number 0: 33, then 34; largest number 33',
    ];
    assert.deepEqual(
      await found(0),
      says.map((each) => `beyond ${each}`),
    );
    const kinds = (await found(0.1)).map((each) => each.split(' ', 1)[0]);
    assert.deepEqual(kinds, ['within', 'within', 'beyond', 'within']);
  });

  test('differ by a number that became null, that was null before, or that is infinite', async () => {
    for (const values of [
      [4, NaN, NaN],
      [4, 2, 0],
      [Infinity, 2, NaN],
    ]) {
      await change(() => table(at('train/history.arrow'), values));
      assert.deepEqual(
        (await found(1)).map((each) => each.split(' ', 1)[0]),
        ['beyond', 'beyond'],
        values.join(),
      );
    }
  });

  test('differ by a word, by metadata, by a column and by the length of a column', async () => {
    await change(() => table(at('train/history.arrow'), [4, 2, NaN], ['x', 'y', 'z'], 'bits'));
    assert.deepEqual(await found(1), [
      'beyond train/history.arrow column set: ["x","y","x"], then ["x","y","z"]',
      'beyond train/history.arrow metadata.unit: nats, then bits',
    ]);
    const schema = { columns: { epoch: { type: 'int32' as const } }, metadata: { unit: 'nats' } };
    await change(() => writeArrow(at('train/history.arrow'), schema, { epoch: Int32Array.of(0) }));
    const parts = (await found(1)).map((each) =>
      each.split(': ')[0]!.replace('beyond train/history.arrow ', ''),
    );
    assert.ok(
      parts.includes('column epoch') && parts.includes('column loss') && parts.includes('type of column W'),
    );
  });

  test('may differ in how they came about, and not in the engine', async () => {
    await change(async () => {
      await writeFile(at('.runs/train/provenance.json'), record(2));
      await writeFile(at('.runs/train/log.txt'), 'took 2 s');
    });
    assert.deepEqual(
      (await found()).map((each) => each.split(': ')[0]),
      [
        'allowed .runs/train/log.txt bytes',
        'allowed .runs/train/provenance.json made.seconds',
        'allowed .runs/train/provenance.json fields.code.a',
      ],
    );
    await change(() => writeFile(at('.runs/train/provenance.json'), record(1, 'wasm')));
    assert.deepEqual(await found(), [
      'beyond .runs/train/provenance.json fields.identity.engine: native, then wasm',
    ]);
  });

  test('may differ in the code of a page, in its size and in the keys that it shows, and not in its data', async () => {
    await change(() => writeFile(at('report/summary.json'), JSON.stringify({ p: 7, bytes: 2 })));
    assert.deepEqual(
      (await found()).map((each) => each.split(':')[0]),
      ['allowed report/summary.json bytes'],
    );
    const other = { made_by: { train: { key: 'l', identity: { engine: 'native' } } } };
    await change(() => writeFile(at('report/index.html'), page({ ...DATA, ...other }, 'go()')));
    assert.deepEqual(
      (await found()).map((each) => each.split(':')[0]),
      ['allowed report/index.html page', 'allowed report/index.html data.made_by.train.key'],
    );
    const loss = Buffer.from(Float32Array.of(1, 2.5).buffer).toString('base64');
    const data = { ...DATA, history: { columns: { loss } }, ...MADE };
    const html = page(data).replace('AAAA', 'AAAB');
    await change(() => writeFile(at('report/index.html'), html));
    assert.deepEqual(await found(), [
      'beyond report/index.html data.history.columns.loss: largest difference 0.5, of number 1: 2, then 2.5; largest number 2',
      'beyond report/index.html weights-0: AAAA, then AAAB',
    ]);
  });
});
