// A copy of the project, for tests that change what is in it.
import { cp, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNative } from '../../lib/engines/kernel/native/build.ts';

export const project = fileURLToPath(new URL('../..', import.meta.url));

const FILES = ['package.json', 'package-lock.json', 'pipeline.yaml'];

/**
 * Makes a copy of these folders and of what every command reads, with a link to the packages, in a temporary folder. The
 * kernel that was compiled here comes along, as its source is the same.
 */
export async function copyProject(...folders: readonly string[]): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'grokscope-copy-'));
  for (const path of [...FILES, ...folders])
    await cp(join(project, path), join(copy, path), { recursive: true });
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
  const native = await buildNative().catch(() => null);
  if (native) await cp(native.path, join(copy, '.cache/kernel', basename(native.path)));
  return copy;
}
