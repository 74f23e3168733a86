/** The command line of `pipeline` and its sister commands, through node:util parseArgs. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { keptByNpm } from './npm.ts';
import { ConfigurationError, suggest, type Problem } from './problem.ts';
import { parseOverrides, type Override } from './override.ts';

export const COMMANDS = ['pipeline', 'plan', 'status', 'explain', 'graph', 'verify', 'gc'] as const;
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
  /** Results of each stage that gc keeps. */
  readonly keep: number;
  /** Null: pipeline.yaml. */
  readonly file: string | null;
  /** Null: the folder `artifacts` beside stages/. */
  readonly artifacts: string | null;
  /** Null: the folder `.cache` beside stages/. */
  readonly cache: string | null;
  readonly overrides: readonly Override[];
  /** Whether what the folder of results remembers is dropped. */
  readonly asWritten: boolean;
}

const EVERYWHERE = {
  set: { type: 'string', multiple: true },
  file: { type: 'string' },
  artifacts: { type: 'string' },
  cache: { type: 'string' },
  'as-written': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const STATUS = { json: { type: 'boolean' } } as const;

const GC = {
  ...STATUS,
  keep: { type: 'string' },
  'dry-run': { type: 'boolean', short: 'n' },
} as const;

const RUNNING = {
  ...STATUS,
  only: { type: 'boolean' },
  force: { type: 'boolean', short: 'f' },
  'dry-run': { type: 'boolean', short: 'n' },
  'keep-going': { type: 'boolean', short: 'k' },
  jobs: { type: 'string', short: 'j' },
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
const OPTIONS = { ...EVERYWHERE, ...GC, ...RUNNING };
const DEFAULT_JOBS = Math.min(2, availableParallelism());
const DEFAULT_KEEP = 3;

/** Parses what stands after `node lib/runner/main.ts`. Throws a ConfigurationError that names everything wrong. */
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
  const allowed = { ...EVERYWHERE, ...OWN[command] };
  const { values, positionals, tokens } = parseArgs({
    args: rest,
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const problems: Problem[] = keptByNpm(command, rest, allowed, env);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(allowed, name) ? allowed[name as keyof typeof allowed] : undefined;
    if (!option) problems.push(unknownOption(command, rawName, Object.keys(allowed)));
    else if (
      option.type === 'string' &&
      (value === undefined || value === '' || (!token.inlineValue && value.startsWith('-')))
    )
      problems.push({
        place: rawName,
        message: 'needs a value',
        hint: HINTS[name] ?? `for example ${rawName} PATH`,
      });
    else if (option.type === 'boolean' && value !== undefined)
      problems.push({ place: rawName, message: `takes no value, got ${value}` });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);

  const given = values as { [K in keyof typeof OPTIONS]?: K extends 'set' ? string[] : string & boolean };
  const count = (name: 'jobs' | 'keep', fallback: number): number => {
    const value = given[name] === undefined ? fallback : Number(given[name]);
    if (!Number.isSafeInteger(value) || value < 1)
      problems.push({
        place: `--${name}`,
        message: `must be a whole number of at least 1, got ${given[name]}`,
      });
    return value;
  };
  const jobs = count('jobs', DEFAULT_JOBS);
  const keep = count('keep', DEFAULT_KEEP);
  if (command === 'explain' && !given.help && positionals.length !== 1)
    problems.push({
      place: 'explain',
      message: 'needs the name of one stage, or a file that one wrote',
      hint: 'npm run explain -- train, or npm run explain -- artifacts/svd/summary.json',
    });
  if ((command === 'gc' || command === 'verify' || command === 'graph') && positionals.length > 0)
    problems.push({ place: command, message: `takes no names of stages, got ${positionals.join(' ')}` });
  if (given.only && positionals.length === 0)
    problems.push({
      place: '--only',
      message: 'needs the name of a stage',
      hint: `npm run ${command} -- svd --only`,
    });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    command,
    help: given.help ?? false,
    targets: positionals,
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

const HINTS: Readonly<Record<string, string>> = {
  set: 'for example --set train.seed=1',
  jobs: 'for example --jobs 2',
  keep: 'for example --keep 3',
};

const isCommand = (name: string | undefined): name is Command => COMMANDS.some((command) => command === name);

function unknownOption(command: string, name: string, options: readonly string[]): Problem {
  const names = options.map((option) => `--${option}`);
  return { place: name, message: `is not an option of ${command}`, hint: suggest(name, names, 'options') };
}
