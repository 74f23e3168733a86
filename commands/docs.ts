/** `npm run docs` as a process. */
import { runCommand } from './command.ts';
import { runDocsCommand } from './docs-command.ts';

const { stdout, stderr } = process;
await runCommand((args, env) =>
  runDocsCommand(args, env, { stdout, stderr, stop: new AbortController().signal }),
);
