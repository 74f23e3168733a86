/** The command line of `pipeline` and its sister commands. */
import { availableParallelism } from 'node:os';
import { ConfigurationError, suggest } from '../lib/files/problem.ts';
import { parseOverrides, type Override, type Pipeline } from '../lib/runner/runner.ts';
import { readCount, readWords, type Words } from './options.ts';

const COMMANDS = ['pipeline', 'plan', 'status', 'explain', 'graph', 'verify', 'gc'] as const;
export type Command = (typeof COMMANDS)[number];

export interface Options {
  readonly command: Command;
  readonly help: boolean;
  readonly targets: readonly string[];
  readonly only: boolean;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly keepGoing: boolean;
  readonly json: boolean;
  readonly jobs: number;
  /** How many results of each stage gc keeps. */
  readonly keep: number;
  /** Null for pipeline.yaml. */
  readonly file: string | null;
  /** Null for the folder `artifacts` beside stages/. */
  readonly artifacts: string | null;
  /** Null for the folder `.cache` beside stages/. */
  readonly cache: string | null;
  readonly overrides: readonly Override[];
  /** Whether to ignore what the folder of results remembers. */
  readonly asWritten: boolean;
}

const EVERYWHERE = {
  set: { type: 'string', multiple: true, example: 'train.seed=1' },
  file: { type: 'string', example: 'PATH' },
  artifacts: { type: 'string', example: 'PATH' },
  cache: { type: 'string', example: 'PATH' },
  'as-written': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const STATUS = { json: { type: 'boolean' } } as const;

const GC = {
  ...STATUS,
  keep: { type: 'string', example: '3' },
  'dry-run': { type: 'boolean', short: 'n' },
} as const;

const RUNNING = {
  ...STATUS,
  only: { type: 'boolean' },
  force: { type: 'boolean', short: 'f' },
  'dry-run': { type: 'boolean', short: 'n' },
  'keep-going': { type: 'boolean', short: 'k' },
  jobs: { type: 'string', short: 'j', example: '2' },
} as const;

const OWN = {
  pipeline: RUNNING,
  plan: RUNNING,
  status: STATUS,
  explain: {},
  graph: {},
  verify: STATUS,
  gc: GC,
};
const DEFAULT_JOBS = Math.min(2, availableParallelism());
const DEFAULT_KEEP = 3;

/** The options of all commands; each command refuses those it does not have. */
type Given = Words<typeof EVERYWHERE & typeof GC & typeof RUNNING>['values'];

/** Parses the arguments of `commands/pipeline.ts`. Throws a ConfigurationError with every problem. */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const [command, ...rest] = args;
  if (!isCommand(command))
    throw new ConfigurationError([
      {
        place: command || 'nothing',
        message: 'is not a command',
        hint: `commands: ${COMMANDS.join(', ')}`,
      },
    ]);
  const { values, names, problems } = readWords(command, rest, { ...EVERYWHERE, ...OWN[command] }, env);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const given: Given = values;
  const jobs = given.jobs === undefined ? DEFAULT_JOBS : readCount('--jobs', given.jobs, problems);
  const keep = given.keep === undefined ? DEFAULT_KEEP : readCount('--keep', given.keep, problems);
  if (command === 'explain' && !given.help && names.length !== 1)
    problems.push({
      place: 'explain',
      message: 'needs the name of one stage, or a file that a stage wrote',
      hint: 'npm run explain -- train, or npm run explain -- artifacts/svd/summary.json',
    });
  if ((command === 'gc' || command === 'verify' || command === 'graph') && names.length > 0)
    problems.push({ place: command, message: `takes no names, got ${names.join(' ')}` });
  if (given.only && names.length === 0)
    problems.push({
      place: '--only',
      message: 'needs the name of a stage',
      hint: `npm run ${command} -- svd --only`,
    });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    command,
    help: given.help ?? false,
    targets: names,
    only: given.only ?? false,
    force: given.force ?? false,
    dryRun: command === 'plan' || (given['dry-run'] ?? false),
    keepGoing: given['keep-going'] ?? false,
    json: given.json ?? false,
    jobs,
    keep,
    file: given.file ?? null,
    artifacts: given.artifacts ?? null,
    cache: given.cache ?? null,
    overrides: parseOverrides(given.set ?? []),
    asWritten: given['as-written'] ?? false,
  };
}

const isCommand = (name: string | undefined): name is Command => COMMANDS.some((command) => command === name);

/** Throws a ConfigurationError with every target that is not a stage. */
export function checkTargets({ command, targets }: Options, { stages }: Pipeline): void {
  const problems = targets
    .filter((target) => !stages.has(target))
    .map((target) => ({
      place: `${command} ${target}`,
      message: `there is no stage "${target}"`,
      hint: suggest(target, [...stages.keys()], 'stages'),
    }));
  if (problems.length > 0) throw new ConfigurationError(problems);
}
