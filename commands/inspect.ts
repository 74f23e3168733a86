/** `npm run inspect` as a process. */
import { runCommand } from './command.ts';
import { runInspectCommand } from './inspect-command.ts';

const { stdout, stderr } = process;
await runCommand((args, env) =>
  runInspectCommand(args, env, { stdout, stderr, stop: new AbortController().signal }),
);
