/** docs/measures.md: every measure of the catalogue, and the columns of measures.arrow that it has. */
import { MEASURES, type Measure, type Need } from '../lib/measures/catalogue.ts';
import { COLUMNS } from '../lib/measures/columns.ts';
import { PHASE_RULES } from '../lib/measures/phases.ts';
import { judgeClock, type Criterion } from '../lib/measures/verdict.ts';

const INTRODUCTION = `# Measures

Written by \`npm run docs\` from \`lib/measures/\`. All measures treat the task as addition modulo n, using
indices in its cyclic group: for multiplication modulo a prime p these are discrete logarithms, and n = p - 1.

n is the order of the group; a and b are indices in it, and c is the index of the answer; w_k = 2πk/n. L are the logits at
\`=\`, m the neurons after the ReLU, T is the projection on cos and sin of w_k (a + b) for key k, u_k the cosine of
w_k (a + b − c) with norm 1, F the Fourier basis. Key frequencies are those whose norm in W_logit of the trained network
exceeds a quarter of the largest; "for key k" means for all of these together. Except for \`loss\`, all losses are over the pairs in the group. Losses of an epoch
are of the weights after its step; \`train_loss\` in \`train/history.arrow\` is that before it.
`;

const NEEDS: Readonly<Record<Need, string>> = {
  nothing: 'every network',
  group: 'a group',
  key: 'key frequencies',
};

export function measuresPage(): string {
  const rows = Object.entries(MEASURES).map(([name, measure]: [string, Measure]) =>
    [
      columnsOf(name, measure),
      measure.says,
      measure.formula ?? '',
      measure.by && measure.by !== 'set' ? `${measure.unit}, by ${measure.by}` : measure.unit,
      NEEDS[measure.needs],
      measure.source ?? '',
    ]
      .map((cell) => cell.replaceAll('|', '\\|'))
      .join(' | '),
  );
  const of = (every: Measure['every']): string[] =>
    Object.values(MEASURES).flatMap((measure, i) => (measure.every === every ? [`| ${rows[i]} |`] : []));
  const head = ['| name | says | formula | unit | needs | source |', '| --- | --- | --- | --- | --- | --- |'];
  return [
    INTRODUCTION,
    '## Of every checkpoint',
    '',
    'Columns of `measures/measures.arrow` and `progress/progress.arrow`; `measures/summary.json` has the same measures of the trained network, in float64. In this version, columns named after W_logit are also there under their former names, with `W_L`.',
    '',
    ...head,
    ...of('checkpoint'),
    '',
    '## Of the trained network alone',
    '',
    'In `measures/summary.json`, under `last` and `last_lists`.',
    '',
    ...head,
    ...of('last'),
    '',
    ...verdict(),
    ...phases(),
  ].join('\n');
}

/** Numbers of no network: only names, borders and sources are shown. */
const NOTHING = {
  answers: 113,
  accuracy: NaN,
  of: 'test',
  key_frequencies: NaN,
  energy_in_key_frequencies_W_E: NaN,
  energy_in_key_frequencies_W_logit: NaN,
  logit_explained: NaN,
  restricted_loss: NaN,
  full_loss: NaN,
  excluded_loss: NaN,
  excluded_loss_cosines: NaN,
  neurons_in_clusters: NaN,
  gradient_symmetricity: NaN,
  distance_irrelevance: NaN,
  circularity: NaN,
} as const;

function verdict(): string[] {
  const { criteria } = judgeClock(NOTHING);
  const border = ({ from, to }: Criterion): string =>
    from === null ? `at most ${to}` : to === null ? `at least ${from}` : `${from} to ${to}`;
  return [
    '## The verdict',
    '',
    'Is this network a clock, that is, does it add angles as in Nanda et al. 2023? `logits/summary.json` has the answer under `verdict`, and `logits/verdict.svg` shows it. The rules are this project’s own, not those of a paper; the borders come from what published networks have. “Yes” means that every criterion is met, “partly” that all needed ones are and at least half of the others, and “no” everything else. A loss “/ guessing” is divided by log p, the loss of a network that guesses. The last two measures are those by which Zhong et al. 2023 tell clocks from pizzas; the border here is the middle between their means for clocks and for pizzas. “No” does not mean that the network is a pizza.',
    '',
    '| criterion | must be | needed | published networks |',
    '| --- | --- | --- | --- |',
    ...criteria.map((each) =>
      ['', each.name, border(each), each.needed ? 'yes' : '', each.source, ''].join(' | ').trim(),
    ),
    '',
  ];
}

const phases = (): string[] => [
  '## Phases',
  '',
  'Epochs are those of checkpoints. The phases are in `progress/summary.json` and in the column `phase` of `progress/progress.arrow`; the line charts in `progress/` and on the page shade them.',
  '',
  '| phase | lasts |',
  '| --- | --- |',
  ...Object.entries(PHASE_RULES).map(([name, rule]) => `| ${name.replace('_', ' ')} | ${rule} |`),
  '',
];

/** The names in tables. The endings of names by set are listed once, after a colon. */
function columnsOf(name: string, { by, accuracy }: Measure): string {
  if (by !== 'set') return `\`${name}\``;
  const sets = COLUMNS.filter(({ column, set }) => column === `${name}_${set}`).map(({ set }) => set);
  const named = accuracy === undefined ? [name] : [name, accuracy];
  return `${named.map((each) => `\`${each}\``).join(', ')}: \`_${sets.join('`, `_')}\``;
}
