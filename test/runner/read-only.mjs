// Loaded before the runner: below the folders that GROKSCOPE_READ_ONLY names (with colons between) nothing can be written,
// as on a read-only file system. `mkdir` with `recursive` says ENOENT there, as Node 20 does.
import fs, { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';

const closed = process.env.GROKSCOPE_READ_ONLY.split(':');
const isClosed = (path) => closed.some((folder) => path === folder || String(path).startsWith(`${folder}/`));
const fail = (code, syscall, path) => {
  throw Object.assign(new Error(code), { code, errno: -1, syscall, path });
};

/** Name -> the argument that is written to. */
const WRITERS = { rename: 1, writeFile: 0, copyFile: 1, utimes: 0, unlink: 0, rmdir: 0, chmod: 0 };
const promises = fs.promises;
for (const [name, at] of Object.entries(WRITERS)) {
  const real = promises[name];
  promises[name] = async (...args) => {
    if (isClosed(args[at])) fail('EROFS', name, args[at]);
    return real(...args);
  };
}
const { mkdir, open, rm } = promises;
promises.rm = async (path, options) => {
  if (isClosed(path) && (existsSync(path) || !options?.force)) fail('EROFS', 'unlink', path);
  return rm(path, options);
};
promises.mkdir = async (path, options) => {
  if (isClosed(path) && existsSync(path))
    return options?.recursive ? undefined : fail('EEXIST', 'mkdir', path);
  if (!isClosed(path)) return mkdir(path, options);
  fail(options?.recursive || !existsSync(dirname(path)) ? 'ENOENT' : 'EROFS', 'mkdir', path);
};
promises.open = async (path, flags, ...rest) => {
  if (isClosed(path) && /[wa+]/.test(flags)) fail('EROFS', 'open', path);
  return open(path, flags, ...rest);
};
syncBuiltinESMExports();
