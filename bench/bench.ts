/**
 * Runs the bench for the words of a command line and returns the exit code: 0 done, 1 a section failed, 2 the command
 * line is wrong, 129, 130 and 143 interrupted.
 */
import os from 'node:os';
import type { CommandIO } from '../commands/command.ts';
import { EXIT_CODES } from '../commands/stop.ts';
import { describeFailure } from '../lib/files/failure.ts';
import { ConfigurationError } from '../lib/files/problem.ts';
import { describeSections, HELP, parseBenchOptions, type BenchOptions } from './options.ts';
import type { Section } from './section.ts';
import { showAsJson, showOnTerminal, type Show } from './show.ts';
import { Workbench } from './workbench.ts';

/**
 * After a signal, what stops slowly (a step of another engine, a browser) gets this long; then the process ends anyway.
 */
const GRACE_MS = 8000;

/** Carries out the command line `args` with these sections to choose from. */
export async function runBench(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  io: CommandIO,
  sections: readonly Section[],
): Promise<number> {
  let options: BenchOptions;
  try {
    options = parseBenchOptions(args, env, sections);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    io.stderr.write(`${[error.message, '', ...describeSections(sections)].join('\n')}\n`);
    return 2;
  }
  if (options.help) io.stdout.write(HELP);
  else if (options.list) for (const line of list(options)) io.stdout.write(`${line}\n`);
  else return measure(options, io);
  return 0;
}

function list({ sections, json }: BenchOptions): string[] {
  if (!json) return describeSections(sections);
  return sections.map(({ run: _, ...says }) => JSON.stringify({ type: 'section', ...says }));
}

async function measure({ sections, json, peer }: BenchOptions, { stdout, stop }: CommandIO): Promise<number> {
  const show = json ? showAsJson(stdout) : showOnTerminal(stdout, sections);
  const bench = new Workbench(stop, peer);
  const exitCode = (): number => EXIT_CODES[stop.reason as keyof typeof EXIT_CODES];
  let timer: NodeJS.Timeout | undefined;
  const onStop = (): void => {
    timer = setTimeout(() => {
      show.close();
      process.exit(exitCode());
    }, GRACE_MS);
  };
  stop.addEventListener('abort', onStop, { once: true });
  try {
    show.machine({
      cpu: os.cpus()[0]?.model ?? 'unknown CPU',
      threads: bench.threads,
      node: process.version,
    });
    let fine = true;
    for (const section of sections)
      if (!stop.aborted) fine = (await runSection(section, bench, show)) && fine;
    return stop.aborted ? exitCode() : fine ? 0 : 1;
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
    show.close();
    bench.close();
  }
}

/** Runs a section and shows its lines as they come, then how it ended. Returns false if it failed. */
async function runSection(section: Section, bench: Workbench, show: Show): Promise<boolean> {
  const started = performance.now();
  const end = (outcome: 'ran' | 'failed' | 'interrupted', detail: readonly string[] = []): void =>
    show.end(section, { outcome, seconds: (performance.now() - started) / 1000, detail });
  show.begin(section);
  try {
    for await (const line of section.run(bench, (done, total, note = '') =>
      show.progress(section, { done, total, note }),
    ))
      show.line(section, line);
  } catch (error) {
    if (!bench.stop.aborted) {
      end('failed', describeFailure(error));
      return false;
    }
  }
  if (bench.stop.aborted)
    end('interrupted', [`by ${String(bench.stop.reason)}: the lines above were measured`]);
  else end('ran');
  return true;
}
