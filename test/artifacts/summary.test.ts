// Summaries are written as declared or not at all, and read as declared or refused with the field that differs.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { datasetSummary } from '../../lib/artifacts/dataset.ts';
import {
  byName,
  count,
  either,
  flag,
  list,
  nothing,
  number,
  orNull,
  record,
  text,
  word,
} from '../../lib/artifacts/fields.ts';
import { readSummary, writeSummary } from '../../lib/artifacts/summary.ts';
import { Failure } from '../../lib/files/failure.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const folder = await temporaryFolder({ after });
const path = join(folder, 'summary.json');

const DECLARED = record({
  p: count,
  loss: number,
  clock: word('yes', 'no'),
  spectra: list(list(number)),
  clusters: byName(count),
  phase: orNull(record({ from: count, to: orNull(count) })),
  'spectrum_first*': list(number),
});
const GOOD = {
  p: 7,
  loss: 0.5,
  clock: 'yes',
  spectra: [[1, 2], []],
  clusters: { 14: 3 },
  phase: { from: 0, to: null },
  spectrum_first8: [1],
} as const;

test('a summary is read back as it was written, in its order, with null for what is not finite', async () => {
  const { phase, ...others } = GOOD;
  const written = { phase, ...others, loss: NaN };
  await writeSummary(folder, DECLARED, written);
  const summary = await readSummary(folder, DECLARED);
  assert.deepEqual(summary, { ...GOOD, loss: null });
  assert.equal(await readFile(path, 'utf8'), `${JSON.stringify(written, null, 2)}\n`);
  assert.equal(Object.keys(summary)[0], 'phase');
});

/** Reads a summary that has this content. */
async function refuses(content: unknown, declared: typeof DECLARED | typeof KINDS, says: string) {
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  await assert.rejects(readSummary(folder, declared), (error) => {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.message, `${path} ${says}`);
    assert.match(error.remedy, /run the stage that writes it again/);
    return true;
  });
}

test('the first field that is not as declared is named, with what it is and what was expected', async () => {
  const { p: _, ...without } = GOOD;
  const { spectrum_first8: __, ...noSpectrum } = GOOD;
  const cases: [unknown, string][] = [
    ['{ "p": ', 'is not JSON'],
    [[1], 'has [1] as its content (expected an object)'],
    [without, 'has nothing as p (expected a whole number)'],
    [noSpectrum, 'has nothing as spectrum_first* (expected a list)'],
    [{ ...GOOD, seed: 1 }, 'has a field seed, which is not one of its fields'],
    [{ ...GOOD, constructor: 1 }, 'has a field constructor, which is not one of its fields'],
    [{ ...GOOD, p: 7.5 }, 'has 7.5 as p (expected a whole number)'],
    [{ ...GOOD, p: -1 }, 'has -1 as p (expected a whole number)'],
    [{ ...GOOD, p: null }, 'has null as p (expected a whole number)'],
    [{ ...GOOD, loss: '0.5' }, 'has "0.5" as loss (expected a number)'],
    [{ ...GOOD, clock: 'perhaps' }, 'has "perhaps" as clock (expected yes or no)'],
    [{ ...GOOD, spectra: [[1, 2], ['x']] }, 'has "x" as spectra.1.0 (expected a number)'],
    [{ ...GOOD, spectra: { 0: [1] } }, 'has {"0":[1]} as spectra (expected a list)'],
    [{ ...GOOD, clusters: [3] }, 'has [3] as clusters (expected an object)'],
    [{ ...GOOD, phase: 5 }, 'has 5 as phase (expected an object or null)'],
    [{ ...GOOD, phase: { from: 0 } }, 'has nothing as phase.to (expected a whole number or null)'],
    [
      { ...GOOD, spectrum_first8: 'x'.repeat(100) },
      `has "${'x'.repeat(39)}… as spectrum_first8 (expected a list)`,
    ],
  ];
  for (const [content, says] of cases) await refuses(content, DECLARED, says);
});

const KINDS = either(
  record({ p: count, key: list(count) }),
  record({ p: count, key: nothing }),
  record({ p: count, pretrained: flag, why: text }),
);

test('a summary that fits none of several records is compared with the most similar one', async () => {
  for (const good of [
    { p: 7, key: [1] },
    { p: 7, key: null },
    { p: 7, pretrained: true, why: '' },
  ]) {
    await writeFile(path, JSON.stringify(good));
    assert.deepEqual(await readSummary(folder, KINDS), good);
  }
  await refuses({ p: 7, key: [1.5] }, KINDS, 'has 1.5 as key.0 (expected a whole number)');
  await refuses({ p: 7, pretrained: 1, why: '' }, KINDS, 'has 1 as pretrained (expected true or false)');
  await refuses({ p: 7, key: [1], why: '' }, KINDS, 'has a field why, which is not one of its fields');
});

test('writing a field that the stage does not declare is a bug, found before anything is written', async () => {
  await writeFile(path, 'before');
  const good = { p: 7, operation: 'add', pairs: 49, train_pairs: 9, test_pairs: 40 } as const;
  const spread = { ...good, seed: 1 };
  await assert.rejects(writeSummary(folder, datasetSummary, spread), /has a field seed/);
  // @ts-expect-error: the compiler sees a field that is missing,
  await assert.rejects(writeSummary(folder, datasetSummary, { p: 7 }), /has nothing as operation/);
  // @ts-expect-error: one of another type,
  await assert.rejects(writeSummary(folder, datasetSummary, { ...good, p: '7' }), /has "7" as p/);
  // @ts-expect-error: and one that is not declared.
  await assert.rejects(writeSummary(folder, datasetSummary, { ...good, seed: 1 }), /has a field seed/);
  assert.equal(await readFile(path, 'utf8'), 'before');
});
