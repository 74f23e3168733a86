// Preloaded into the runner by faults.ts: counts the operations on files that others can see, and kills the runner (or,
// with KILL=stage, the stage it started last) before the one whose number is in KILL_AT; with KILL=half in the middle of
// it, if it writes; with KILL_TURNS so many turns of the event loop later. At exit the count goes to the file KILL_COUNT.
import child_process from 'node:child_process';
import fs, { readFileSync, writeFileSync, writeSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { KILL_AT, KILL_COUNT, KILL, KILL_TURNS = '0' } = process.env;
const die = () => (KILL === 'stage' ? stage?.kill('SIGKILL') : process.kill(process.pid, 'SIGKILL'));
const dieIn = (turns) => (turns > 0 ? setImmediate(dieIn, turns - 1) : die());
const half = (content) => content.slice(0, content.length / 2);
let count = 0;
let stage;

const halfway = {
  writeFile: (path, text) => writeFileSync(path, half(text)),
  copyFile: (from, to) => writeFileSync(to, half(readFileSync(from))),
};

for (const name of ['mkdir', 'rename', 'rm', 'rmdir', 'writeFile', 'copyFile', 'chmod', 'open']) {
  const real = promises[name];
  promises[name] = (...args) => {
    if ((name !== 'open' || typeof args[1] === 'string') && ++count === Number(KILL_AT)) {
      if (KILL === 'half') halfway[name]?.(...args);
      dieIn(Number(KILL_TURNS));
    }
    const result = real(...args);
    return name === 'open' && /w/.test(args[1]) ? result.then(countWrites) : result;
  };
}

/** Copies are written to an open file, piece by piece. */
function countWrites(handle) {
  const { write } = handle;
  handle.write = (piece, ...rest) => {
    if (++count === Number(KILL_AT)) {
      if (KILL === 'half') writeSync(handle.fd, half(piece));
      dieIn(Number(KILL_TURNS));
    }
    return write.call(handle, piece, ...rest);
  };
  return handle;
}

const { spawn } = child_process;
child_process.spawn = (...args) => (stage = spawn(...args));
syncBuiltinESMExports();
if (KILL_COUNT) process.on('exit', () => fs.writeFileSync(KILL_COUNT, String(count)));
