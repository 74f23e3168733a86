/** `npm run params` as a process. */
import { runCommand } from './command.ts';
import { runParamsCommand } from './params-command.ts';

const { stdout, stderr } = process;
await runCommand((args, env) =>
  runParamsCommand(args, env, { stdout, stderr, stop: new AbortController().signal }),
);
