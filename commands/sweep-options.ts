/** The command line of `npm run sweep`. */
import { ConfigurationError, suggest } from '../lib/files/problem.ts';
import { readCount, readWords } from './options.ts';

export interface SweepOptions {
  readonly help: boolean;
  /** Null: list the sweeps. */
  readonly name: string | null;
  readonly executor: 'local' | 'slurm';
  readonly detach: boolean;
  readonly collect: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Points side by side; null: as many as there are cores. */
  readonly jobs: number | null;
  readonly file: string;
  readonly artifacts: string | null;
  readonly cache: string | null;
  /** What a job of Slurm is started with: the submission that it belongs to. */
  readonly task: string | null;
}

const OPTIONS = {
  executor: { type: 'string', example: 'slurm' },
  detach: { type: 'boolean' },
  collect: { type: 'boolean' },
  'dry-run': { type: 'boolean', short: 'n' },
  json: { type: 'boolean' },
  jobs: { type: 'string', short: 'j', example: '2' },
  file: { type: 'string', example: 'PATH' },
  artifacts: { type: 'string', example: 'PATH' },
  cache: { type: 'string', example: 'PATH' },
  task: { type: 'string', example: '0123456789ab:0' },
  help: { type: 'boolean', short: 'h' },
} as const;

const EXECUTORS = ['local', 'slurm'];

/** Throws a ConfigurationError that names everything wrong. */
export function parseSweepOptions(args: readonly string[], env: NodeJS.ProcessEnv): SweepOptions {
  const { values: given, names, problems } = readWords('sweep', args, OPTIONS, env);
  const jobs = given.jobs === undefined ? null : readCount('--jobs', given.jobs, problems);
  const executor: string = given.executor ?? 'local';
  if (given.executor !== undefined && !EXECUTORS.includes(executor))
    problems.push({
      place: '--executor',
      message: `must be one of ${EXECUTORS.join(', ')}, got ${executor}`,
      hint: suggest(executor, EXECUTORS, 'executors'),
    });
  if (given.detach && executor !== 'slurm')
    problems.push({
      place: '--detach',
      message: 'needs --executor slurm: points run here end with this process',
    });
  if (given.detach && given.collect)
    problems.push({ place: '--detach', message: 'submits and --collect gathers: give one of them' });
  if (names.length > 1) problems.push({ place: 'sweep', message: `takes one name, got ${names.join(' ')}` });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    help: given.help ?? false,
    name: names[0] ?? null,
    executor: executor as SweepOptions['executor'],
    detach: given.detach ?? false,
    collect: given.collect ?? false,
    dryRun: given['dry-run'] ?? false,
    json: given.json ?? false,
    jobs,
    file: given.file ?? 'pipeline.yaml',
    artifacts: given.artifacts ?? null,
    cache: given.cache ?? null,
    task: given.task ?? null,
  };
}

export const HELP = `Runs the points of a sweep of pipeline.yaml: each is an ordinary run with its own params, in
artifacts/sweeps/NAME/POINT/, on the one cache, so what is known costs nothing and a stopped sweep goes on.

  npm run sweep                                  the sweeps there are
  npm run sweep -- data-fraction                 here, a point a core
  npm run sweep -- data-fraction --dry-run       its points, and which of them are known
  npm run sweep -- data-fraction --executor slurm            on Slurm, and wait
  npm run sweep -- data-fraction --executor slurm --detach   on Slurm, and come back
  npm run sweep -- data-fraction --collect       gather what is done, from any later process

When all points have ended it writes results.arrow, timings.arrow and figures to artifacts/sweeps/NAME/.

  --executor E             local (default) or slurm
  --detach                 submit and return
  --collect                wait for what was submitted, submit nothing, run nothing
  -j, --jobs N             points side by side (default: one a core)
  -n, --dry-run            say what would run
  --json                   events for programs on standard output, one JSON object a line
  --file F                 another pipeline than pipeline.yaml
  --artifacts DIR          where the folder sweeps/ is (default: artifacts/)
  --cache DIR              where results are kept for later (default: .cache/)
  -h, --help               this text

Exit codes: 0 done, 1 a point failed, 2 the configuration or the command line is wrong,
130 and 143 interrupted by SIGINT and SIGTERM.
`;
