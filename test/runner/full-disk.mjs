// Loaded before the runner: below the folder GROKSCOPE_FULL no file can be written, as on a full disk.
import { syncBuiltinESMExports } from 'node:module';
import fs from 'node:fs/promises';

const full = process.env.GROKSCOPE_FULL;
const refuse = (path, syscall) => {
  if (String(path).startsWith(full))
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28, syscall, path });
};

const { copyFile, writeFile, open } = fs;
fs.copyFile = async (from, to, ...rest) => {
  refuse(to, 'copyfile');
  return copyFile(from, to, ...rest);
};
fs.writeFile = async (to, ...rest) => {
  refuse(to, 'write');
  return writeFile(to, ...rest);
};
fs.open = async (path, flags, ...rest) => {
  const handle = await open(path, flags, ...rest);
  if (flags !== undefined && flags !== 'r') handle.writeFile = async () => refuse(path, 'write');
  return handle;
};
syncBuiltinESMExports();
