/**
 * `npm run pipeline` as a process, and its sister commands `plan`, `status`, `explain`, `graph`, `verify` and `gc`, whose
 * name is the first argument.
 */
import { killStages } from '../lib/runner/runner.ts';
import { runCommand } from './command.ts';
import { runPipelineCommand } from './pipeline-command.ts';
import { listenForStop } from './stop.ts';

await runCommand((args, env) => {
  const { stdout, stderr } = process;
  return runPipelineCommand(args, env, { stdout, stderr, stop: listenForStop(killStages) });
});
