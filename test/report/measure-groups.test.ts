import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEASURES, type Measure } from '../../lib/measures/catalogue.ts';
import { COLUMNS } from '../../lib/measures/columns.ts';
import { columnsOf, GROUPS, wordsOf } from '../../lib/report/page/explorer/measure-groups.ts';

/** Columns of measures that need no more than this. */
const having =
  (...needs: Measure['needs'][]) =>
  (column: string): boolean =>
    COLUMNS.some((each) => each.column === column && needs.includes(each.measure.needs));
const everything = having('nothing', 'group', 'key');
const withoutGroup = having('nothing');

const said = (isThere: (column: string) => boolean): string =>
  GROUPS.flatMap((group) => Object.values(wordsOf(group, isThere))).join('\n');

test('a panel of measures speaks of what it draws', () => {
  assert.match(
    said(everything),
    /Losses, with parts kept or taken out[^]*key frequencies[^]*How much of it is waves/,
  );
  assert.doesNotMatch(
    said(withoutGroup),
    /restricted|excluded|taken out|key freq|cosine|waves|trig|distance|Chughtai|Zhong/i,
  );
  assert.match(said(withoutGroup), /^Loss$[^]*^Accuracy and sparsity$[^]*Gini coefficient/m);
});

test('where the split is not known, the words of a loss over all pairs stand beside it', () => {
  const isThere = (column: string): boolean => everything(column) && !/_(train|test)$/.test(column);
  assert.match(wordsOf(GROUPS[0]!, isThere).words, /^Restricted losses keep/);
  assert.ok(columnsOf(GROUPS[0]!, isThere).includes('restricted_loss_logits_all'));
});

test('what a panel names is in the catalogue', () => {
  for (const { drawn, others, titles, words, sources } of GROUPS)
    for (const column of [
      ...drawn,
      ...others,
      ...[...titles, ...words, ...sources].flatMap(({ of }) => of ?? []),
    ])
      assert.ok(everything(column), column);
  assert.ok(Object.keys(MEASURES).length > 20);
});
