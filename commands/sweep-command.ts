/** The points of a sweep of pipeline.yaml, here or on Slurm, and what came of them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shortPath } from '../lib/files/short-path.ts';
import { writeEvent, writeLines } from '../lib/files/visible.ts';
import { findRoots, openPipeline } from '../lib/runner/runner.ts';
import { readSweep, sweepNames, type Sweep } from '../lib/sweep/definition.ts';
import type { Ending, Executor } from '../lib/sweep/executor.ts';
import { createLocal } from '../lib/sweep/local.ts';
import { isPageFile } from '../lib/sweep/page-file.ts';
import { failedRow, readRow, writeResults, type Row } from '../lib/sweep/results.ts';
import { openSite, type Site } from '../lib/sweep/site.ts';
import { createSlurm } from '../lib/sweep/slurm.ts';
import { readSubmissions, snapshotPath } from '../lib/sweep/submission.ts';
import { epochTable } from '../lib/sweep/table.ts';
import { runTask } from '../lib/sweep/task.ts';
import { exitCodeOf, type Outside } from './command.ts';
import { EXIT_CODES } from './stop.ts';
import { Board } from './sweep-board.ts';
import { HELP, parseSweepOptions, type SweepOptions } from './sweep-options.ts';

/** Carries out what stands after `node commands/sweep.ts`; gives the exit code. Never throws. */
export const runSweepCommand = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  outside: Outside,
): Promise<number> => exitCodeOf(() => execute(parseSweepOptions(args, env), outside), outside.stderr);

async function execute(options: SweepOptions, outside: Outside): Promise<number> {
  const { stdout, stop } = outside;
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
  // A task reads a copy of the file, which will be removed.
  const origin = { root: file.root, file: options.task === null ? options.file : null, cache: roots.cache };
  const site = { ...(await openSite(roots.artifacts, roots.cache, options.name)), origin };
  const source = options.collect ? await submittedFile(site.folder, options.file) : options.file;
  const sweep = await readSweep(source === options.file ? file : await openPipeline(source), options.name);
  try {
    if (options.dryRun) return await plan(site, sweep, options, stdout);
    if (options.task !== null) return codeOf(await runTask(site, sweep, options.task, stop), stop);
    const executor =
      options.executor === 'slurm' || options.collect
        ? createSlurm({ ...roots, mode: modeOf(options), file: source, root: file.root, command: SCRIPT })
        : createLocal(options.jobs ?? undefined);
    return await carryOut(site, sweep, executor, options, outside);
  } finally {
    await site.cache.hashes.save().catch(() => {}); // a cache that cannot be written costs time, nothing else
  }
}

/** What a task of Slurm starts. */
const SCRIPT = fileURLToPath(new URL('./sweep.ts', import.meta.url));

const codeOf = (outcome: 'done' | 'failed' | 'stopped', { reason }: AbortSignal): number =>
  outcome === 'stopped' ? EXIT_CODES[reason as keyof typeof EXIT_CODES] : outcome === 'done' ? 0 : 1;

const modeOf = ({ detach, collect }: SweepOptions): 'wait' | 'submit' | 'collect' =>
  collect ? 'collect' : detach ? 'submit' : 'wait';

/** pipeline.yaml as it was when the sweep was submitted; `file` where it was not. */
async function submittedFile(folder: string, file: string): Promise<string> {
  const [first] = await readSubmissions(folder);
  return first ? snapshotPath(first) : file;
}

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
  { stdout, stderr, stop }: Outside,
): Promise<number> {
  const board = options.json ? null : new Board(stdout, sweep);
  const say = (event: object): void => writeEvent(stdout, event);
  const rows = new Map<string, Row>();
  const gathering: Promise<void>[] = [];
  const gather = async (ending: Ending): Promise<void> => {
    const { point, outcome, detail, seconds } = ending;
    const isDone = outcome === 'known' || outcome === 'ran';
    if (isDone) rows.set(point.name, await readRow(site.folder, sweep, point));
    else if (outcome === 'failed') rows.set(point.name, failedRow(sweep, point));
    if (board) board.onEnd(ending, describeRow(rows.get(point.name)));
    else say({ type: 'end', point: point.name, outcome, seconds, detail, ...rows.get(point.name)?.fields });
  };
  await site.cache.store.sweep();
  await executor.run(site, sweep, {
    onEvent: (point, event) => (board ? board.onEvent(point, event) : say({ point: point.name, ...event })),
    onEnd: (ending) => void gathering.push(gather(ending)),
    onNote: (text) => (board ? board.onNote(text) : say({ type: 'note', text })),
    stop,
  });
  const gathered = await Promise.allSettled(gathering);
  board?.close(options.detach ? `npm run sweep -- ${sweep.name} --collect gathers what becomes of it` : null);
  for (const result of gathered) if (result.status === 'rejected') throw result.reason;
  if (stop.aborted) return EXIT_CODES[stop.reason as keyof typeof EXIT_CODES];
  if (options.detach) return 0;
  const ordered = sweep.points.flatMap(({ name }) => rows.get(name) ?? []);
  const isNew = await writeResults(site.folder, sweep, ordered);
  const isShown =
    ['figures', '../index.html'].every((path) => existsSync(join(site.folder, path))) &&
    (await isPageFile(join(site.folder, 'page.json')));
  if (isNew || options.collect || !isShown)
    await present(site.folder, sweep, ordered, (line) => writeLines(stderr, [line]));
  if (!options.json)
    writeLines(stdout, [
      ...epochTable(sweep, ordered),
      `results in ${shortPath(site.folder)}/results.arrow`,
      `page of all sweeps: ${shortPath(join(site.folder, '../index.html'))}`,
    ]);
  return ordered.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

/** Writes the page, and figures of a sweep that trains. */
async function present(
  folder: string,
  sweep: Sweep,
  rows: readonly Row[],
  say: (line: string) => void,
): Promise<void> {
  const [{ composePictures }, { drawFigures }, { writePage }] = await Promise.all([
    import('../lib/sweep/pictures.ts'),
    import('../lib/sweep/figures.ts'),
    import('../lib/sweep/page.ts'),
  ]);
  const pictures = await composePictures(folder, sweep, rows);
  if (pictures) await drawFigures(folder, pictures);
  await writePage(folder, sweep, rows, pictures, say);
}

/** A few words about a point that is done: whether and when it grokked, where that is known. */
function describeRow(row: Row | undefined): string {
  if (row?.outcome !== 'done' || !('train.grokked_epoch' in row.fields)) return '';
  const epoch = row.fields['train.grokked_epoch'] as number | null;
  return epoch === null ? 'has not grokked' : `grokked at epoch ${epoch.toLocaleString('en-US')}`;
}
