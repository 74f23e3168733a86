/** docs/measures.md: every measure of the catalogue, and the columns of measures.arrow that it has. */
import { MEASURES, type Measure, type Need } from '../lib/measures/catalogue.ts';
import { COLUMNS } from '../lib/measures/columns.ts';

const INTRODUCTION = `# Measures

Written by \`npm run docs\` from \`lib/measures/catalogue.ts\`. All measures treat the task as addition modulo n, using
indices in its cyclic group: for multiplication modulo a prime p these are discrete logarithms, and n = p - 1.

n is the order of the group, a and b are indices in it and c is that of the answer, w_k = 2πk/n; L are the logits at \`=\`, m the
neurons after the ReLU, T the projection on cos and sin of w_k (a + b) for key k, u_k the cosine of w_k (a + b − c) with norm 1, F
the Fourier basis. Key frequencies are those of the trained network whose norm in W_logit exceeds a quarter of the
largest; "k key" means summed over these. Except for \`loss\`, all losses are over the pairs in the group. Losses of an epoch
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
    'Columns of `measures/measures.arrow` and `progress/progress.arrow`; `measures/summary.json` has the same measures of the trained network, in float64. In this version what is named after W_logit is in tables under its former name, `W_L`, too.',
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
  ].join('\n');
}

/** Names as they stand in tables; sets are told once, behind a slash. */
function columnsOf(name: string, { by, accuracy }: Measure): string {
  if (by !== 'set') return `\`${name}\``;
  const sets = COLUMNS.filter(({ column, set }) => column === `${name}_${set}`).map(({ set }) => set);
  const named = accuracy === undefined ? [name] : [name, accuracy];
  return `${named.map((each) => `\`${each}\``).join(', ')}: \`_${sets.join('`, `_')}\``;
}
