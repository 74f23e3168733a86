/**
 * The commands: `node --import tsx lib/runner/main.ts pipeline [targets] [options]` (npm run pipeline), `plan`,
 * `status`, `explain`, `graph`, `verify`, `gc`.
 */
import { runCommand } from './command.ts';
import { listenForStop } from './interrupt.ts';
import { killStages } from './process.ts';
import { guardConsole } from './visible.ts';

guardConsole();
// A reader that has seen enough (`| head`) is no reason to stop working.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const { env, stdout, stderr } = process;
process.exitCode = await runCommand(process.argv.slice(2), env, {
  stdout,
  stderr,
  stop: listenForStop(killStages),
});
process.exit();
