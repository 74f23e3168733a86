/**
 * What all npm commands share: how they report an error, and their exit codes. 0 done; 1 something failed; 2 the
 * configuration or the command line is wrong; 129, 130 and 143 interrupted by SIGHUP, SIGINT and SIGTERM.
 */
import { describeFailure } from '../lib/files/failure.ts';
import { ConfigurationError } from '../lib/files/problem.ts';
import { guardConsole, writeLines } from '../lib/files/visible.ts';

/** Where a command writes, and what stops it: `stop` is aborted with the name of a signal as reason. */
export interface CommandIO {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream;
  readonly stop: AbortSignal;
}

/** The exit code that `work` returns; if it throws, prints the error and gives the exit code for that. Never throws. */
export async function exitCodeOf(
  work: () => Promise<number>,
  stderr: NodeJS.WritableStream,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const isConfiguration = error instanceof ConfigurationError;
    if (isConfiguration) writeLines(stderr, error.message.split('\n'));
    else writeLines(stderr, describeFailure(error), '    ');
    return isConfiguration ? 2 : 1;
  }
}

/** Runs `work` with the arguments of the command line, and ends the process with its exit code. */
export async function runCommand(
  work: (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>,
): Promise<never> {
  guardConsole();
  // The work goes on when nobody reads its output any more (`| head`).
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  process.exitCode = await exitCodeOf(() => work(process.argv.slice(2), process.env), process.stderr);
  process.exit();
}
