/** `npm run export` as a process. */
import { runCommand } from './command.ts';
import { runExportCommand } from './export-command.ts';

const { stdout, stderr } = process;
await runCommand((args, env) =>
  runExportCommand(args, env, { stdout, stderr, stop: new AbortController().signal }),
);
