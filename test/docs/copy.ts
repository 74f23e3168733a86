// A copy of the project, for tests that change what is in it.
import { cp, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = fileURLToPath(new URL('../..', import.meta.url));

const FILES = ['package.json', 'package-lock.json', 'pipeline.yaml'];

/** Makes a copy of these folders and of what every command reads, with a link to the packages, in a temporary folder. */
export async function copyProject(...folders: readonly string[]): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'grokscope-copy-'));
  for (const path of [...FILES, ...folders])
    await cp(join(project, path), join(copy, path), { recursive: true });
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}
