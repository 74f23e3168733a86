// Paths into summaries: which of them lead to a value, by the declaration alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBadPath } from '../../lib/artifacts/field-path.ts';
import { byName, count, either, list, nothing, number, orNull, record } from '../../lib/artifacts/fields.ts';
import { declarationOf, SUMMARIES } from '../../lib/artifacts/summaries.ts';

const SUMMARY = either(
  record({ epochs: count, phase: orNull(record({ from: count })), 'spectrum_first*': list(number) }),
  record({ epochs: nothing, clusters: byName(record({ size: count })), grids: list(list(number)) }),
);
const find = (path: string) => findBadPath('s', SUMMARY, path.split('.'));

test('a path may pass a field that can be null, enter any of several records, and use undeclared names and numbers', () => {
  for (const path of ['epochs', 'phase.from', 'spectrum_first8', 'clusters.14.size', 'grids.0'])
    assert.equal(find(path), null, path);
});

test('a path that leads nowhere is refused with the wrong step and the names that exist', () => {
  assert.deepEqual(find('epoch'), {
    message: 's has no field "epoch"',
    hint: 'did you mean "epochs"?',
  });
  assert.deepEqual(find('phase.until'), {
    message: 's.phase has no field "until"',
    hint: 'fields of s.phase: from',
  });
  assert.equal(find('spectrum_first')?.message, 's has no field "spectrum_first"');
  assert.equal(find('epochs.0')?.message, 's.epochs has no field "0"');
  assert.equal(find('grids.first')?.message, 's.grids has no field "first"');
  assert.equal(find('phase.constructor')?.message, 's.phase has no field "constructor"');
});

test('a field that does not fit in a table cell is refused with the fields inside it', () => {
  assert.deepEqual(find('phase'), { message: 's.phase is not one value', hint: 'fields of s.phase: from' });
  assert.equal(find('clusters')?.hint, 'name a part of it: s.clusters.NAME');
  assert.equal(find('grids')?.message, 's.grids is not one value');
});

test('every field by which runs are compared is declared', () => {
  const compared = Object.keys(SUMMARIES).flatMap((stage) => {
    const declaration = declarationOf(`stages/${stage}.ts`)!;
    return declaration.compared.map((field) => findBadPath(stage, declaration.summary, field.split('.')));
  });
  assert.deepEqual(compared, Array(9).fill(null));
});

test('the summary of a script from outside the project is not declared', () => {
  for (const script of ['mine/train.ts', 'stages/mine.ts', 'stages/toString.ts', 'train'])
    assert.equal(declarationOf(script), null, script);
});
