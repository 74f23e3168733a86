/**
 * The commands: `node --import tsx lib/runner/main.ts pipeline [targets] [options]` (npm run pipeline), `status`,
 * `explain`, `graph`, `verify`, `gc`.
 * Exit codes: 0 done, 1 a stage failed, 2 the configuration or the command line is wrong, 129/130/143 interrupted.
 */
import { join } from 'node:path';
import type { Report } from './event.ts';
import { Hashes } from './hashes.ts';
import { HELP } from './help.ts';
import { EXIT_CODES, listenForStop } from './interrupt.ts';
import { parseOptions, type Options } from './options.ts';
import { withNeeds } from './order.ts';
import { readPipeline } from './pipeline.ts';
import { killStages } from './process.ts';
import { ConfigurationError } from './problem.ts';
import { findRoots } from './roots.ts';
import { describeFailure, runStages, type Run } from './run.ts';
import { Store } from './store.ts';
import { checkTargets } from './targets.ts';
import { Workspace } from './workspace.ts';

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(HELP[options.command]);
    return 0;
  }
  const pipeline = await readPipeline(options.file, options.overrides);
  if (options.command !== 'explain' || !isPath(options.targets[0]!)) checkTargets(options, pipeline);
  const { artifacts, cache } = findRoots(options, pipeline);
  const names = options.targets.length > 0 ? options.targets : [...pipeline.stages.keys()];
  const chosen = options.only ? new Set(names) : withNeeds(pipeline.stages, names);
  const stop = listenForStop(killStages);
  const hashes = await Hashes.open(join(cache, 'hashes.json'));
  const run: Run = {
    pipeline,
    workspace: new Workspace(artifacts),
    store: new Store(cache),
    hashes,
    forced: new Set(options.force ? names : []),
    settled: new Map(),
    report: () => {},
    stop,
  };
  try {
    return await execute(run, chosen, options);
  } finally {
    await hashes.save().catch(() => {}); // a cache that cannot be written costs time, nothing else
  }
}

/** What stands for a file rather than for a stage. */
const isPath = (target: string): boolean => /[/\\.]/.test(target);

async function execute(run: Run, chosen: ReadonlySet<string>, options: Options): Promise<number> {
  const print = await import('./print.ts');
  const { command } = options;
  if (command === 'graph') {
    const { drawGraph } = await import('./graph.ts');
    console.log(drawGraph(run.pipeline));
  } else if (command === 'explain' && isPath(options.targets[0]!)) {
    const { explainFile } = await import('./explain-file.ts');
    for (const line of await explainFile(options.targets[0]!, run.hashes)) console.log(line);
  } else if (command === 'explain') {
    const { explainStage } = await import('./explain.ts');
    for (const line of await explainStage(run, run.pipeline.stages.get(options.targets[0]!)!))
      console.log(line);
  } else if (command === 'verify') {
    const { verifyAll } = await import('./verify.ts');
    const shown = await openReport(options, ['verify']);
    const verdict = await verifyAll({ ...run, report: shown.report });
    shown.close();
    return print.printVerdict(verdict, options);
  } else if (command === 'gc') {
    const { collectGarbage } = await import('./gc.ts');
    print.printDropped(await collectGarbage(run, options.keep, options.dryRun), options);
  } else if (command === 'status' || options.dryRun) {
    const { planStages } = await import('./plan.ts');
    print.printPlan(await planStages(run, chosen), options);
  } else return runPipeline(run, chosen, options);
  return 0;
}

async function runPipeline(run: Run, chosen: ReadonlySet<string>, options: Options): Promise<number> {
  const { printResults } = await import('./print.ts');
  const { report, close } = await openReport(options, [...chosen]);
  await run.store.sweep();
  const fine = await runStages({ ...run, report }, chosen, options);
  close();
  if (run.stop.aborted) return EXIT_CODES[run.stop.reason as keyof typeof EXIT_CODES];
  if (fine && !options.json) printResults(run.workspace, run.settled);
  return fine ? 0 : 1;
}

/** Shows what happens to `names` on the terminal, or as JSON, until `close`. */
async function openReport(
  { json }: Options,
  names: readonly string[],
): Promise<{ report: Report; close: () => void }> {
  if (json) return { report: (event) => process.stdout.write(`${JSON.stringify(event)}\n`), close: () => {} };
  const { Terminal } = await import('./terminal.ts');
  const terminal = new Terminal(process.stdout, names);
  return { report: (event) => terminal.show(event), close: () => terminal.close() };
}

// A reader that has seen enough (`| head`) is no reason to stop working.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof ConfigurationError) {
    console.error(error.message);
    process.exitCode = 2;
  } else {
    console.error(describeFailure(error).join('\n    '));
    process.exitCode = 1;
  }
}
process.exit();
