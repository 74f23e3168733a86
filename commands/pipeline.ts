/**
 * `node --import ./lib/files/typescript.mjs commands/pipeline.ts pipeline [targets] [options]` (npm run pipeline), and its sister commands
 * `plan`, `status`, `explain`, `graph`, `verify`, `gc`.
 */
import { killStages } from '../lib/runner/runner.ts';
import { runCommand } from './command.ts';
import { runPipelineCommand } from './pipeline-command.ts';
import { listenForStop } from './stop.ts';

await runCommand((args, env) => {
  const { stdout, stderr } = process;
  return runPipelineCommand(args, env, { stdout, stderr, stop: listenForStop(killStages) });
});
