// Loaded before the runner: below the folder GROKSCOPE_FULL no file can be written, as on a full disk.
import { syncBuiltinESMExports } from 'node:module';
import fs from 'node:fs/promises';

const full = process.env.GROKSCOPE_FULL;
// As Node says it: of a copy `path` is the source, and of a write to an open file there is none.
const refuse = (to, syscall, path) => {
  if (String(to).startsWith(full))
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28, syscall, path });
};

const { copyFile, writeFile, open } = fs;
fs.copyFile = async (from, to, ...rest) => {
  refuse(to, 'copyfile', from);
  return copyFile(from, to, ...rest);
};
fs.writeFile = async (to, ...rest) => {
  refuse(to, 'write', to);
  return writeFile(to, ...rest);
};
fs.open = async (path, flags, ...rest) => {
  const handle = await open(path, flags, ...rest);
  const refuseIt = async () => refuse(path, 'write');
  if (/[wa+]/.test(flags) && String(path).startsWith(full))
    Object.assign(handle, { write: refuseIt, writeFile: refuseIt });
  return handle;
};
syncBuiltinESMExports();
