// Preloaded into the runner: every copy of a file, and every opening of one below SLOW for reading, takes more than
// a second.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const { copyFile, open } = fs;
fs.copyFile = async (...args) => {
  await sleep(1200);
  return copyFile(...args);
};
fs.open = async (path, ...rest) => {
  const isSlow = process.env.SLOW && String(path).startsWith(process.env.SLOW);
  if (isSlow && !/[wa]/.test(rest[0])) await sleep(1200);
  return open(path, ...rest);
};
syncBuiltinESMExports();
