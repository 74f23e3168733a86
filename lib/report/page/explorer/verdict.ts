// The section "Is it a clock?": each criterion of the stage logits, the value found, the bound, and whether it is met.
import type { Summaries } from '../../../artifacts/summaries.ts';
import { h, source, table } from '../parts/element.ts';
import { short } from '../parts/numbers.ts';
import type { Run } from './run.ts';

const ANSWER = { yes: 'Yes', partly: 'In part', no: 'No' };

type Verdict = Extract<NonNullable<Summaries['logits']>, { verdict: object }>['verdict'];
type Criterion = Verdict['criteria'][number];

/** Null if the stage logits gave no verdict. */
export function verdict({ data }: Run): HTMLElement | null {
  const { logits } = data.summaries;
  if (!logits || !('verdict' in logits) || !logits.verdict) return null;
  const { clock, rule, criteria } = logits.verdict;
  const met = criteria.filter((each) => each.met).length;
  return h(
    'section',
    { id: 'verdict', 'aria-labelledby': 'verdict-title' },
    h('h2', { id: 'verdict-title' }, `Is it a clock? ${ANSWER[clock]}`),
    h(
      'p',
      {},
      `A clock turns a and b into angles and adds them. ${met} of ${criteria.length} criteria are met. The rule: ${rule}. `,
      source('The stage logits; sources beside each criterion.'),
    ),
    table(
      ['', 'criterion', 'found', 'required', 'published'],
      criteria.map((each) => [
        h('span', { class: each.met ? 'right' : 'wrong' }, each.met ? '✓ met' : '✗ not met'),
        `${each.name}${each.needed ? ' (needed)' : ''}`,
        short(each.value),
        asked(each),
        each.source,
      ]),
    ),
  );
}

function asked({ from, to }: Criterion): string {
  if (from === null) return `at most ${short(to)}`;
  return to === null ? `at least ${short(from)}` : `${short(from)} to ${short(to)}`;
}
