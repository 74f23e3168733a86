/** `pipeline` and its sister commands, from their words to their exit codes. */
import { join } from 'node:path';
import { writeEvent, writeLines } from '../lib/files/visible.ts';
import type { Report } from '../lib/runner/event.ts';
import { Hashes } from '../lib/runner/hashes.ts';
import { recall, remember } from '../lib/runner/memory.ts';
import { withNeeds } from '../lib/runner/order.ts';
import { readPipeline } from '../lib/runner/pipeline.ts';
import { findRoots } from '../lib/runner/roots.ts';
import { runStages, type Run } from '../lib/runner/run.ts';
import { Store } from '../lib/runner/store.ts';
import { Workspace } from '../lib/runner/workspace.ts';
import { exitCodeOf, type Outside } from './command.ts';
import { HELP } from './pipeline-help.ts';
import { checkTargets, parseOptions, type Options } from './pipeline-options.ts';
import type { Said } from './print.ts';
import { EXIT_CODES } from './stop.ts';

/** Carries out what stands after `node commands/pipeline.ts`; gives the exit code. Never throws. */
export const runPipelineCommand = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  outside: Outside,
): Promise<number> => exitCodeOf(() => carryOut(parseOptions(args, env), outside), outside.stderr);

async function carryOut(given: Options, outside: Outside): Promise<number> {
  if (given.help) {
    outside.stdout.write(HELP[given.command]);
    return 0;
  }
  const { settings: options, line } = await recall(given);
  if (line !== null) writeLines(outside.stderr, [line]);
  const pipeline = await readPipeline(options.file ?? 'pipeline.yaml', options.overrides);
  if (options.command !== 'explain' || !isPath(options.targets[0]!)) checkTargets(options, pipeline);
  const { artifacts, cache } = findRoots(options, pipeline);
  const names = options.targets.length > 0 ? options.targets : [...pipeline.stages.keys()];
  const chosen = options.only ? new Set(names) : withNeeds(pipeline.stages, names);
  const hashes = await Hashes.open(join(cache, 'hashes.json'));
  const run: Run = {
    pipeline,
    workspace: new Workspace(artifacts),
    store: await Store.open(cache),
    hashes,
    forced: new Set(options.force ? names : []),
    settled: new Map(),
    report: () => {},
    remember: () => remember(artifacts, pipeline.root, options),
    stop: outside.stop,
  };
  try {
    return await execute(run, chosen, options, outside);
  } finally {
    await hashes.save().catch(() => {}); // a cache that cannot be written costs time, nothing else
  }
}

/** What stands for a file rather than for a stage. */
const isPath = (target: string): boolean => /[/\\.]/.test(target);

async function execute(
  run: Run,
  chosen: ReadonlySet<string>,
  options: Options,
  outside: Outside,
): Promise<number> {
  const print = await import('./print.ts');
  const { command, targets } = options;
  const say = (said: Said): void => {
    for (const each of said)
      if (typeof each === 'string') writeLines(outside.stdout, [each]);
      else writeEvent(outside.stdout, each);
  };
  if (command === 'graph') {
    const { drawGraph } = await import('../lib/runner/graph.ts');
    say(drawGraph(run.pipeline).split('\n'));
  } else if (command === 'explain' && isPath(targets[0]!)) {
    const { explainFile } = await import('../lib/runner/explain-file.ts');
    say(await explainFile(targets[0]!, run.hashes));
  } else if (command === 'explain') {
    const { explainStage } = await import('../lib/runner/explain.ts');
    say(await explainStage(run, run.pipeline.stages.get(targets[0]!)!));
  } else if (command === 'verify') {
    const { verifyAll } = await import('../lib/runner/verify.ts');
    const shown = await openReport(options, ['verify'], outside);
    const verdict = await verifyAll({ ...run, report: shown.report });
    shown.close();
    say(print.describeVerdict(verdict, options));
    return verdict.damage.length > 0 ? 1 : 0;
  } else if (command === 'gc') {
    const { collectGarbage } = await import('../lib/runner/gc.ts');
    say(print.describeDropped(await collectGarbage(run, options.keep, options.dryRun), options));
  } else if (command === 'status' || options.dryRun) {
    const { planStages } = await import('../lib/runner/plan.ts');
    say(print.describePlan(await planStages(run, chosen), options));
  } else {
    const { report, close } = await openReport(options, [...chosen], outside);
    await run.store.sweep();
    const fine = await runStages({ ...run, report }, chosen, options).finally(close);
    if (run.stop.aborted) return EXIT_CODES[run.stop.reason as keyof typeof EXIT_CODES];
    if (fine && !options.json) say(print.describeResults(run.workspace, run.settled));
    return fine ? 0 : 1;
  }
  return 0;
}

/** Shows what happens to `names` on the terminal, or as JSON, until `close`. */
async function openReport(
  { json }: Options,
  names: readonly string[],
  { stdout }: Outside,
): Promise<{ report: Report; close: () => void }> {
  if (json) return { report: (event) => writeEvent(stdout, event), close: () => {} };
  const { Terminal } = await import('./terminal.ts');
  const terminal = new Terminal(stdout, names);
  return { report: (event) => terminal.show(event), close: () => terminal.close() };
}
