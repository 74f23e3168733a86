// Commands beside the runner (npm run export, tensorflow:link, ...): an expected failure is shown as its message and its
// remedy, anything else is a bug and keeps its stack.
import { guardConsole, writeLines } from '../runner/visible.ts';

/** Runs `main`; the process exits with 1 after a failure that a user can mend, or a command line that is wrong. */
export async function runScript(main: () => Promise<void>): Promise<void> {
  guardConsole();
  try {
    await main();
  } catch (error) {
    const { message, remedy, code } = error as Error & { remedy?: string; code?: string };
    if (remedy === undefined && !code?.startsWith('ERR_PARSE_ARGS')) throw error;
    writeLines(process.stderr, [message, ...(remedy ?? '').split('\n').filter((line) => line !== '')]);
    process.exitCode = 1;
  }
}
