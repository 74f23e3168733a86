/** `npm run sweep -- NAME` as a process. */
import { killStages } from '../lib/runner/runner.ts';
import { runCommand } from './command.ts';
import { listenForStop } from './stop.ts';
import { runSweepCommand } from './sweep-command.ts';

await runCommand((args, env) => {
  const { stdout, stderr } = process;
  return runSweepCommand(args, env, { stdout, stderr, stop: listenForStop(killStages) });
});
