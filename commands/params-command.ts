/** `npm run params -- [STAGE...]` as a function: every param with its default, what it may be, and what it is. */
import { ConfigurationError, suggest } from '../lib/files/problem.ts';
import { writeLines } from '../lib/files/visible.ts';
import { exitCodeOf, type CommandIO } from './command.ts';
import { describeStages, type DescribedParam } from './described-params.ts';
import { readWords, wrongLine } from './options.ts';

const HELP = `Every param of every stage, or of the stages named: its default, what it may be, and what it is.

  npm run params
  npm run params -- train

  -h, --help   this text

A param is set in pipeline.yaml, or for one run: npm run pipeline -- --set train.seed=1
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' } } as const;

/** Runs the command with these arguments and returns the exit code. Never throws. */
export const runParamsCommand = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { stdout, stderr }: CommandIO,
): Promise<number> =>
  exitCodeOf(async () => {
    const { values, names, problems } = readWords('params', args, OPTIONS, env);
    if (problems.length > 0) throw new ConfigurationError(problems);
    if (values.help) {
      stdout.write(HELP);
      return 0;
    }
    const all = await describeStages();
    const known = all.map(({ stage }) => stage);
    for (const name of names)
      if (!known.includes(name)) throw wrongLine(name, 'is not a stage', suggest(name, known, 'stages'));
    for (const { stage, params } of all)
      if (names.length === 0 || names.includes(stage)) writeLines(stdout, linesOf(stage, params));
    return 0;
  }, stderr);

function linesOf(stage: string, params: readonly DescribedParam[]): string[] {
  if (params.length === 0) return [stage, '  no params'];
  const lines = params.flatMap(({ name, default: value, must, says }) => [
    `  ${name}: ${JSON.stringify(value)}`,
    `      ${must}`,
    `      ${says}`,
  ]);
  return [stage, ...lines];
}
