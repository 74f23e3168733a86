/**
 * `npm run sweep -- NAME`: the points of a sweep of pipeline.yaml, here or on Slurm, and what came of them.
 * Exit codes: 0 done, 1 a point failed, 2 the configuration or the command line is wrong, 129/130/143 interrupted.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES, listenForStop } from '../runner/interrupt.ts';
import { openPipeline, shortPath } from '../runner/pipeline.ts';
import { ConfigurationError } from '../runner/problem.ts';
import { killStages } from '../runner/process.ts';
import { findRoots } from '../runner/roots.ts';
import { describeFailure } from '../runner/run.ts';
import { guardConsole, writeEvent, writeLines } from '../runner/visible.ts';
import { Board } from './board.ts';
import { readSweep, sweepNames, type Sweep } from './definition.ts';
import type { Ending, Executor } from './executor.ts';
import { createLocal } from './local.ts';
import { HELP, parseSweepOptions, type SweepOptions } from './options.ts';
import { isPageFile } from './page-file.ts';
import { failedRow, readRow, writeResults, type Row } from './results.ts';
import { openSite, type Site } from './site.ts';
import { createSlurm } from './slurm.ts';
import { readSubmissions, snapshotPath } from './submission.ts';
import { epochTable } from './table.ts';
import { runTask } from './task.ts';

async function main(): Promise<number> {
  const options = parseSweepOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const file = await openPipeline(options.file);
  if (options.name === null) {
    const names = sweepNames(file);
    console.log(names.length > 0 ? names.join('\n') : `${shortPath(options.file)} has no sweeps`);
    return 0;
  }
  const roots = findRoots(options, { root: file.root, stages: new Map() });
  // The file of a task is a copy that will be gone.
  const origin = { root: file.root, file: options.task === null ? options.file : null, cache: roots.cache };
  const site = { ...(await openSite(roots.artifacts, roots.cache, options.name)), origin };
  const source = options.collect ? await submittedFile(site.folder, options.file) : options.file;
  const sweep = await readSweep(source === options.file ? file : await openPipeline(source), options.name);
  const stop = listenForStop(killStages);
  try {
    if (options.dryRun) return await plan(site, sweep, options);
    if (options.task !== null) return await runTask(site, sweep, options.task, stop);
    const executor =
      options.executor === 'slurm' || options.collect
        ? createSlurm({ ...roots, mode: modeOf(options), file: source, root: file.root })
        : createLocal(options.jobs ?? undefined);
    return await carryOut(site, sweep, executor, options, stop);
  } finally {
    await site.hashes.save().catch(() => {}); // a cache that cannot be written costs time, nothing else
  }
}

const modeOf = ({ detach, collect }: SweepOptions): 'wait' | 'submit' | 'collect' =>
  collect ? 'collect' : detach ? 'submit' : 'wait';

/** pipeline.yaml as it was when the sweep was submitted, where it was. */
async function submittedFile(folder: string, file: string): Promise<string> {
  const [first] = await readSubmissions(folder);
  return first ? snapshotPath(first) : file;
}

async function plan(site: Site, sweep: Sweep, { json }: SweepOptions): Promise<number> {
  const { planPoint } = await import('./plan-point.ts');
  for (const point of sweep.points) {
    const action = await planPoint(site, point);
    if (json) writeEvent(process.stdout, { type: 'plan', point: point.name, action });
    else console.log(`${point.name}  ${action}`);
  }
  return 0;
}

async function carryOut(
  site: Site,
  sweep: Sweep,
  executor: Executor,
  options: SweepOptions,
  stop: AbortSignal,
): Promise<number> {
  const board = options.json ? null : new Board(process.stdout, sweep);
  const say = (event: object): void => writeEvent(process.stdout, event);
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
  await site.store.sweep();
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
    await present(site.folder, sweep, ordered, (line) => writeLines(process.stderr, [line]));
  if (!options.json) for (const line of epochTable(sweep, ordered)) console.log(line);
  if (!options.json) console.log(`results in ${shortPath(site.folder)}/results.arrow`);
  if (!options.json) console.log(`page of all sweeps: ${shortPath(join(site.folder, '../index.html'))}`);
  return ordered.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

/** Figures, where it trains, and the page. */
async function present(
  folder: string,
  sweep: Sweep,
  rows: readonly Row[],
  say: (line: string) => void,
): Promise<void> {
  const [{ composePictures }, { drawFigures }, { writePage }] = await Promise.all([
    import('./pictures.ts'),
    import('./figures.ts'),
    import('./page.ts'),
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

guardConsole();
// A reader that has seen enough (`| head`) is no reason to stop working.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof ConfigurationError) {
    writeLines(process.stderr, error.message.split('\n'));
    process.exitCode = 2;
  } else {
    writeLines(process.stderr, describeFailure(error), '    ');
    process.exitCode = 1;
  }
}
process.exit();
