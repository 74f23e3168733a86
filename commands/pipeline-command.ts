/** `npm run pipeline` and its sister commands as a function that returns the exit code. */
import { writeEvent, writeLines } from '../lib/files/visible.ts';
import {
  findRoots,
  openCache,
  openRunner,
  readPipeline,
  recall,
  withNeeds,
  type Pipeline,
  type Report,
  type Runner,
  type SharedCache,
} from '../lib/runner/runner.ts';
import { exitCodeOf, type CommandIO } from './command.ts';
import { checkTargets, parseOptions, type Options } from './pipeline-options.ts';
import { describeDropped, describePlan, describeResults, describeVerdict, type Output } from './print.ts';
import { EXIT_CODES } from './stop.ts';

/** Runs the command with these arguments and returns the exit code. Never throws. */
export const runPipelineCommand = (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  io: CommandIO,
): Promise<number> => exitCodeOf(() => carryOut(parseOptions(args, env), io), io.stderr);

async function carryOut(given: Options, io: CommandIO): Promise<number> {
  if (given.help) {
    const { HELP } = await import('./pipeline-help.ts');
    io.stdout.write(HELP[given.command]);
    return 0;
  }
  const { settings: options, line } = await recall(given);
  if (line !== null) writeLines(io.stderr, [line]);
  const pipeline = await readPipeline(options.file ?? 'pipeline.yaml', options.overrides);
  if (options.command !== 'explain' || !isPath(options.targets[0]!)) checkTargets(options, pipeline);
  const { artifacts, cache } = findRoots(options, pipeline);
  const names = options.targets.length > 0 ? options.targets : [...pipeline.stages.keys()];
  const chosen = options.only ? new Set(names) : withNeeds(pipeline.stages, names);
  const shared = await openCache(cache);
  const runner = openRunner({
    pipeline,
    artifacts,
    cache: shared,
    forced: options.force ? names : [],
    settings: { ...options, root: pipeline.root },
    stop: io.stop,
  });
  try {
    if (options.command === 'pipeline' && !options.dryRun)
      return await bringUpToDate(runner, shared, chosen, options, io);
    return await execute(runner, pipeline, chosen, options, io);
  } finally {
    await shared.hashes.save().catch(() => {}); // if this fails, the next run is slower, and that is all
  }
}

/** Whether a word means a file and not a stage. */
const isPath = (target: string): boolean => /[/\\.]/.test(target);

async function bringUpToDate(
  runner: Runner,
  { store }: SharedCache,
  chosen: ReadonlySet<string>,
  options: Options,
  { stdout, stop }: CommandIO,
): Promise<number> {
  const { report, close } = await openReport(options, [...chosen], stdout);
  await store.removeUnfinished();
  const fine = await runner.run(chosen, { ...options, report }).finally(close);
  if (stop.aborted) return EXIT_CODES[stop.reason as keyof typeof EXIT_CODES];
  if (fine && !options.json) writeLines(stdout, describeResults(runner));
  return fine ? 0 : 1;
}

/** Carries out a command that runs no stage. */
async function execute(
  runner: Runner,
  { stages }: Pipeline,
  chosen: ReadonlySet<string>,
  options: Options,
  { stdout }: CommandIO,
): Promise<number> {
  const { command, targets } = options;
  const [target = ''] = targets;
  const say = (output: Output): void => {
    for (const each of output)
      if (typeof each === 'string') writeLines(stdout, [each]);
      else writeEvent(stdout, each);
  };
  if (command === 'graph') say((await runner.graph()).split('\n'));
  else if (command === 'explain')
    say(await (isPath(target) ? runner.explainFile(target) : runner.explain(stages.get(target)!)));
  else if (command === 'gc') say(describeDropped(await runner.gc(options.keep, options.dryRun), options));
  else if (command === 'verify') {
    const { report, close } = await openReport(options, ['verify'], stdout);
    const verdict = await runner.verify(report).finally(close);
    say(describeVerdict(verdict, options));
    return verdict.damage.length > 0 ? 1 : 0;
  } else say(describePlan(await runner.plan(chosen), options));
  return 0;
}

/** Shows the events of these stages on the terminal, or as JSON, until `close`. */
async function openReport(
  { json, artifacts }: Options,
  names: readonly string[],
  stdout: CommandIO['stdout'],
): Promise<{ report: Report; close: () => void }> {
  if (json) return { report: (event) => writeEvent(stdout, event), close: () => {} };
  const { Terminal } = await import('./terminal.ts');
  const terminal = new Terminal(stdout, names);
  const folder = artifacts === null ? '' : ` -- --artifacts ${artifacts}`;
  const report: Report = (event) => {
    if (event.type !== 'show') return terminal.show(event);
    const { stage } = event;
    terminal.show({ type: 'say', stage, line: `watch ${stage}: npm run report${folder}` });
  };
  return { report, close: () => terminal.close() };
}
