// The verdicts on both networks: each criterion of "Is it a clock?" and whether each network meets it.
import { h, section, table, type Child } from '../parts/element.ts';
import { short } from '../parts/numbers.ts';
import type { Pair } from './pair.ts';

export function verdicts(pair: Pair): HTMLElement | null {
  const found = pair.map(({ run }) => run.data.summaries.logits?.verdict ?? null);
  const names = [...new Set(found.flatMap((verdict) => verdict?.criteria.map(({ name }) => name) ?? []))];
  if (names.length === 0) return null;
  const border = (name: string): string => {
    const { from = null, to = null } =
      found.flatMap((verdict) => verdict?.criteria ?? []).find((each) => each.name === name) ?? {};
    return [from === null ? '' : `at least ${short(from)}`, to === null ? '' : `at most ${short(to)}`]
      .filter(Boolean)
      .join(', ');
  };
  const cell = (which: number, name: string): Child => {
    const criterion = found[which]?.criteria.find((each) => each.name === name);
    if (!criterion) return 'not measured';
    return h(
      'span',
      { class: criterion.met ? 'right' : 'wrong' },
      `${short(criterion.value)} ${criterion.met ? 'met' : 'not met'}`,
    );
  };
  return section(
    'verdicts',
    'Is it a clock?',
    table(
      ['criterion', 'met by', ...pair.map(({ name }) => name)],
      [
        ['verdict', '', ...found.map((verdict) => verdict?.clock ?? 'not judged')],
        ...names.map((name) => [name, border(name), cell(0, name), cell(1, name)]),
      ],
    ),
  );
}
