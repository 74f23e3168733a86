// Preloaded into the runner: every write to a copy of a file takes most of a second, and every opening of a file below
// SLOW for reading more than one.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const { open } = fs;
fs.open = async (path, ...rest) => {
  const isSlow = process.env.SLOW && String(path).startsWith(process.env.SLOW);
  if (isSlow && !/[wa]/.test(rest[0])) await sleep(1200);
  const handle = await open(path, ...rest);
  if (rest[0] !== 'wx') return handle;
  const { write } = handle;
  handle.write = async (...args) => {
    await sleep(900);
    return write.apply(handle, args);
  };
  return handle;
};
syncBuiltinESMExports();
