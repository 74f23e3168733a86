/** docs/params.md: every param of every stage, and every operation. */
import { OPERATIONS } from '../lib/task/operations.ts';
import { describeStages, type DescribedParam } from './described-params.ts';

const HEAD = `# Params

Written by \`npm run docs\` from \`stages/<key>.params.ts\`; \`npm run params\` prints the same. A param is set in
\`pipeline.yaml\`, or for one run by \`npm run pipeline -- --set train.seed=1\`; a param that is not set has its default.
`;

export async function paramsPage(): Promise<string> {
  const stages = await describeStages();
  const parts = stages.filter(({ params }) => params.length > 0);
  const without = stages.filter(({ params }) => params.length === 0).map(({ stage }) => `\`${stage}\``);
  return [
    HEAD,
    ...parts.map(({ stage, params }) => `## ${stage}\n\n${paramsTable(params)}\n`),
    `No params: ${without.join(', ')}.\n`,
    `## Operations\n\n${operationsTable()}\n`,
  ].join('\n');
}

const paramsTable = (params: readonly DescribedParam[]): string =>
  table(
    ['param', 'default', 'must be', 'is'],
    params.map(({ name, default: value, must, says }) => [
      `\`${name}\``,
      `\`${JSON.stringify(value)}\``,
      must,
      says,
    ]),
  );

/** The properties of an operation are taken at p = 113, for all primes, and at p = 4, for all other numbers. */
const operationsTable = (): string =>
  table(
    ['`operation`', 'answer, modulo p', 'pairs', 'p', 'group in which it is addition'],
    Object.entries(OPERATIONS).map(([name, { formula, b_from, refuses, group }]) => {
      const { n } = group(113);
      const order = n === null ? 'none' : n === 113 ? 'p numbers' : 'p - 1 numbers, by discrete logarithm';
      const asks = refuses(4) === null && n !== null && group(4).n === null ? '; none if p is not prime' : '';
      return [
        `\`${name}\``,
        formula('a', 'b'),
        b_from === 0 ? 'all' : 'those with b > 0',
        refuses(4) === null ? '3 to 499' : 'a prime from 3 to 499',
        order + asks,
      ];
    }),
  );

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
