/** The command line of `npm run sweep`: its own options, and those of the executors. */
import { ConfigurationError, suggest, type Problem } from '../lib/files/problem.ts';
import type { ExecutorKind, GivenOptions } from '../lib/sweep/executors/executor.ts';
import { EXECUTORS } from '../lib/sweep/executors/registry.ts';
import { readCount, readWords, type OptionTypes } from './options.ts';

export interface SweepOptions {
  readonly help: boolean;
  /** Null to list the sweeps. */
  readonly name: string | null;
  readonly executor: ExecutorKind;
  /** Options of the executor. */
  readonly given: GivenOptions;
  readonly collect: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly file: string;
  readonly artifacts: string | null;
  readonly cache: string | null;
  /** Given to the tasks of a batch system: which point to run. */
  readonly task: string | null;
}

const OPTIONS = {
  executor: { type: 'string', example: EXECUTORS.at(-1)!.name },
  collect: { type: 'boolean' },
  'dry-run': { type: 'boolean', short: 'n' },
  json: { type: 'boolean' },
  file: { type: 'string', example: 'PATH' },
  artifacts: { type: 'string', example: 'PATH' },
  cache: { type: 'string', example: 'PATH' },
  task: { type: 'string', example: '0123456789ab:0:1' },
  help: { type: 'boolean', short: 'h' },
} as const;

const OF_EXECUTORS: OptionTypes = Object.fromEntries(
  EXECUTORS.flatMap(({ options }) => Object.entries(options)).map(([name, option]) => {
    const short = option.short === undefined ? {} : { short: option.short };
    return [
      name,
      option.type === 'flag'
        ? { type: 'boolean', ...short }
        : { type: 'string', example: option.example, ...short },
    ];
  }),
);

/** Parses the arguments of `commands/sweep.ts`. Throws a ConfigurationError with every problem. */
export function parseSweepOptions(args: readonly string[], env: NodeJS.ProcessEnv): SweepOptions {
  const { values, names, problems } = readWords('sweep', args, { ...OF_EXECUTORS, ...OPTIONS }, env);
  const executor = findExecutor(values.executor, problems);
  const collect = values.collect ?? false;
  const own = Object.entries(values).filter(([name]) => Object.hasOwn(OF_EXECUTORS, name));
  const given = { flags: new Set<string>(), counts: new Map<string, number>() };
  for (const [name, value] of own) {
    const place = `--${name}`;
    const owners = EXECUTORS.filter(({ options }) => Object.hasOwn(options, name));
    if (collect)
      problems.push({
        place,
        message: 'and --collect exclude each other: --collect only gathers what was submitted',
      });
    else if (executor && !owners.includes(executor))
      problems.push({ place, message: `needs --executor ${owners.map((owner) => owner.name).join(' or ')}` });
    if (typeof value === 'string') given.counts.set(name, readCount(place, value, problems));
    else given.flags.add(name);
  }
  if (names.length > 1) problems.push({ place: 'sweep', message: `takes one name, got ${names.join(' ')}` });
  if (problems.length > 0 || !executor) throw new ConfigurationError(problems);
  return {
    help: values.help ?? false,
    name: names[0] ?? null,
    executor,
    given,
    collect,
    dryRun: values['dry-run'] ?? false,
    json: values.json ?? false,
    file: values.file ?? 'pipeline.yaml',
    artifacts: values.artifacts ?? null,
    cache: values.cache ?? null,
    task: values.task ?? null,
  };
}

/** The executor called `name`, by default the first one. If there is none, notes a problem and returns null. */
function findExecutor(name: string = EXECUTORS[0].name, problems: Problem[]): ExecutorKind | null {
  const found = EXECUTORS.find((each) => each.name === name);
  if (found) return found;
  const known = EXECUTORS.map((each) => each.name);
  problems.push({
    place: '--executor',
    message: `must be one of ${known.join(', ')}, got ${name}`,
    hint: suggest(name, known, 'executors'),
  });
  return null;
}

const line = (words: string, help: string, width = 24): string => `  ${words.padEnd(width)} ${help}`;
const example = (words: string, help: string): string => line(`npm run sweep${words}`, help, 48);

const [first, ...others] = EXECUTORS;

export const HELP = `Runs the points of a sweep of pipeline.yaml. Each is an ordinary run with its own params in
artifacts/sweeps/NAME/POINT/. All share one cache: known points cost nothing, and a stopped sweep can be resumed.

${example('', 'list the sweeps')}
${example(' -- data-fraction', first.help)}
${others.map(({ name, help }) => example(` -- data-fraction --executor ${name}`, help)).join('\n')}
${example(' -- data-fraction --dry-run', 'its points, and which of them are known')}
${example(' -- data-fraction --collect', 'gather what was submitted, at any later time')}

When all points have ended it writes results.arrow, timings.arrow and figures to artifacts/sweeps/NAME/.

${line('--executor E', `${first.name} (default)${others.map(({ name }) => ` or ${name}`).join('')}`)}
${EXECUTORS.flatMap(({ name, options }) => Object.entries(options).map((option) => describe(name, ...option))).join('\n')}
  --collect                wait for what was submitted and gather it; starts no new point
  -n, --dry-run            only say what would run
  --json                   print events for programs, one JSON object per line (docs/interop.md)
  --file F                 the pipeline to use (default: pipeline.yaml)
  --artifacts DIR          where the folder sweeps/ is (default: artifacts/)
  --cache DIR              where results are kept for later (default: .cache/)
  -h, --help               this text

Exit codes: 0 done, 1 a point failed, 2 the configuration or the command line is wrong,
130 and 143 interrupted by SIGINT and SIGTERM.
`;

function describe(executor: string, name: string, option: ExecutorKind['options'][string]): string {
  const words = `${option.short ? `-${option.short}, ` : ''}--${name}${option.type === 'count' ? ' N' : ''}`;
  return line(words, `with --executor ${executor}: ${option.help}`);
}
