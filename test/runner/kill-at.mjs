// Preloaded into the runner by faults.test.ts: counts the operations on files that others can see, and kills the runner
// (or, with KILL=stage, the stage it started last) before the one whose number is in KILL_AT. At exit the count goes to
// the file KILL_COUNT.
import child_process from 'node:child_process';
import { writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { KILL_AT, KILL_COUNT, KILL } = process.env;
let count = 0;
let stage;

for (const name of ['mkdir', 'rename', 'rm', 'rmdir', 'writeFile', 'copyFile', 'chmod', 'open']) {
  const real = fs[name];
  fs[name] = (...args) => {
    if (name !== 'open' || args[1] !== undefined) step();
    return real(...args);
  };
}
const { spawn } = child_process;
child_process.spawn = (...args) => (stage = spawn(...args));
syncBuiltinESMExports();
if (KILL_COUNT) process.on('exit', () => writeFileSync(KILL_COUNT, String(count)));

function step() {
  if (++count !== Number(KILL_AT)) return;
  if (KILL === 'stage') stage?.kill('SIGKILL');
  else process.kill(process.pid, 'SIGKILL');
}
