/** `npm run sweep` as a function: runs the points of a sweep and shows their results. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../lib/files/failure.ts';
import { shortPath } from '../lib/files/short-path.ts';
import { writeEvent, writeLines } from '../lib/files/visible.ts';
import { isPresented, present } from '../lib/report/sweeps/present.ts';
import { describeRow, epochTable } from '../lib/report/sweeps/table.ts';
import { findRoots, openPipeline } from '../lib/runner/runner.ts';
import { readSweep, sweepNames } from '../lib/sweep/definition.ts';
import type { Ending, Executor, ExecutorKind } from '../lib/sweep/executors/executor.ts';
import { EXECUTORS } from '../lib/sweep/executors/registry.ts';
import {
  readSubmissions,
  refuseUnsubmitted,
  snapshotPath,
  type Submission,
} from '../lib/sweep/executors/submission.ts';
import { runTask } from '../lib/sweep/executors/task.ts';
import { failedRow, readRow, writeResults, type Row } from '../lib/sweep/results.ts';
import { openSite, type Site } from '../lib/sweep/site.ts';
import type { Sweep } from '../lib/sweep/sweep.ts';
import { exitCodeOf, type CommandIO } from './command.ts';
import { EXIT_CODES } from './stop.ts';
import { Board } from './sweep-board.ts';
import { HELP, parseSweepOptions, type SweepOptions } from './sweep-options.ts';

/** Runs the command with these arguments and returns the exit code. Never throws. */
export const runSweepCommand = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  io: CommandIO,
): Promise<number> => exitCodeOf(() => execute(parseSweepOptions(args, env), io), io.stderr);

async function execute(options: SweepOptions, io: CommandIO): Promise<number> {
  const { stdout, stop } = io;
  if (options.help) {
    stdout.write(HELP);
    return 0;
  }
  const file = await openPipeline(options.file);
  if (options.name === null) {
    const names = sweepNames(file);
    writeLines(stdout, names.length > 0 ? names : [`${shortPath(options.file)} has no sweeps`]);
    return 0;
  }
  const roots = findRoots(options, { root: file.root, stages: new Map() });
  // A task reads a copy of pipeline.yaml that will be removed: its folders must not remember that path.
  const origin = { root: file.root, file: options.task === null ? options.file : null, cache: roots.cache };
  const site = { ...(await openSite(roots.artifacts, roots.cache, options.name)), origin };
  const submitted = options.collect ? await readSubmissions(site.folder) : [];
  const source = submitted[0] ? snapshotPath(submitted[0]) : options.file;
  const sweep = await readSweep(source === options.file ? file : await openPipeline(source), options.name);
  try {
    if (options.dryRun) return await plan(site, sweep, options, stdout);
    if (options.task !== null) return codeOf(await runTask(site, sweep, options.task, stop), stop);
    if (options.collect) await refuseUnsubmitted(site, sweep, submitted);
    const kind = submitted[0] ? executorOf(submitted[0]) : options.executor;
    const launch = { ...roots, file: source, root: file.root, script: SCRIPT };
    const executor = kind.open(options.given, sweep.settings[kind.name], launch);
    return await carryOut(site, sweep, executor, options, io);
  } finally {
    await site.cache.hashes.save().catch(() => {}); // if this fails, the next run is slower, and that is all
  }
}

function executorOf({ executor, folder }: Submission): ExecutorKind {
  const kind = EXECUTORS.find(({ name }) => name === executor);
  if (!kind) throw new Failure(`${shortPath(folder)} was submitted with another executor: ${executor}`);
  return kind;
}

/** The script that a task of a batch system starts. */
const SCRIPT = fileURLToPath(new URL('./sweep.ts', import.meta.url));

const codeOf = (outcome: 'done' | 'failed' | 'stopped', { reason }: AbortSignal): number =>
  outcome === 'stopped' ? EXIT_CODES[reason as keyof typeof EXIT_CODES] : outcome === 'done' ? 0 : 1;

async function plan(
  site: Site,
  sweep: Sweep,
  { json }: SweepOptions,
  stdout: NodeJS.WritableStream,
): Promise<number> {
  const { planPoint } = await import('../lib/sweep/plan-point.ts');
  for (const point of sweep.points) {
    const action = await planPoint(site, point);
    if (json) writeEvent(stdout, { type: 'plan', point: point.name, action });
    else writeLines(stdout, [`${point.name}  ${action}`]);
  }
  return 0;
}

async function carryOut(
  site: Site,
  sweep: Sweep,
  executor: Executor,
  options: SweepOptions,
  { stdout, stderr, stop }: CommandIO,
): Promise<number> {
  const board = options.json ? null : new Board(stdout, sweep);
  const say = (event: object): void => writeEvent(stdout, event);
  const rows = new Map<string, Row>();
  const gathering: Promise<void>[] = [];
  const gather = async (ending: Ending): Promise<void> => {
    const { point, outcome, detail, seconds } = ending;
    const isDone = outcome === 'known' || outcome === 'ran';
    const row = isDone ? await readRow(site.folder, sweep, point) : failedRow(sweep, point);
    if (outcome !== 'stopped') rows.set(point.name, row);
    if (board) board.onEnd(ending, describeRow(row));
    else say({ type: 'end', point: point.name, outcome, seconds, detail, ...row.fields });
  };
  await site.cache.store.removeUnfinished();
  const outcome = await executor.run(site, sweep, {
    onEvent: (point, event) => (board ? board.onEvent(point, event) : say({ point: point.name, ...event })),
    onEnd: (ending) => void gathering.push(gather(ending)),
    onNote: (text) => (board ? board.onNote(text) : say({ type: 'note', text })),
    stop,
  });
  const gathered = await Promise.allSettled(gathering);
  const isLeft = outcome === 'submitted';
  board?.close(isLeft ? `npm run sweep -- ${sweep.name} --collect gathers the results` : null);
  for (const result of gathered) if (result.status === 'rejected') throw result.reason;
  if (stop.aborted) return EXIT_CODES[stop.reason as keyof typeof EXIT_CODES];
  if (isLeft) return 0;
  const ordered = sweep.points.flatMap(({ name }) => rows.get(name) ?? []);
  const isNew = await writeResults(site.folder, sweep, ordered);
  if (isNew || options.collect || !(await isPresented(site.folder)))
    await present(site.folder, sweep, ordered, (line) => writeLines(stderr, [line]));
  if (!options.json)
    writeLines(stdout, [
      ...epochTable(sweep, ordered),
      `results in ${shortPath(site.folder)}/results.arrow`,
      `page of all sweeps: ${shortPath(join(site.folder, '../index.html'))}`,
    ]);
  return ordered.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}
