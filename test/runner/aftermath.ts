// What stands in a project after its runs: the stage folders by content, and that nothing else was left.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Project } from './project.ts';

const LASTING = ['claimed', 'log.txt', 'provenance.json', 'set-aside'];
const CACHED = /^(CACHEDIR\.TAG|hashes\.json|(records|closures|code|objects\/..)\/[0-9a-f]+(\.json|\.map)?)$/;
const HOUR_MS = 3_600_000;

/** Every file and empty folder of the stage folders: whether it can be executed, and its content. */
export async function snapshot(project: Project): Promise<Record<string, string>> {
  const artifacts = join(project.root, 'artifacts');
  const found: Record<string, string> = {};
  for (const path of (await readdir(artifacts, { recursive: true })).sort()) {
    if (path.startsWith('.runs')) continue;
    const stats = await stat(join(artifacts, path));
    if (!stats.isDirectory())
      found[path] = (stats.mode & 0o111).toString(8) + (await readFile(join(artifacts, path), 'utf8'));
    else if ((await readdir(join(artifacts, path))).length === 0) found[`${path}/`] = '';
  }
  return found;
}

/** Makes temporary files that a killed runner left as old as they must be to go. */
export async function ageTemporaries(project: Project): Promise<void> {
  const old = new Date(Date.now() - 2 * HOUR_MS);
  for (const path of await readdir(join(project.root, '.cache'), { recursive: true }))
    if (path.endsWith('.writing')) await utimes(join(project.root, '.cache', path), old, old);
}

/** No lock, no marker, no temporary file or folder; and every object is what its name says. */
export async function assertTidy(project: Project, where = ''): Promise<void> {
  const runs = join(project.root, 'artifacts/.runs');
  for (const stage of await readdir(runs)) {
    const left = (await readdir(join(runs, stage))).filter((name) => !LASTING.includes(name));
    assert.deepEqual(left, [], where);
  }
  const cache = join(project.root, '.cache');
  for (const entry of await readdir(cache, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(cache.length + 1);
    if (!entry.isFile()) assert.doesNotMatch(path, /^(locks|tmp|resume)\/./, where);
    else assert.match(path, CACHED, where);
    if (!path.startsWith('objects/') || !entry.isFile()) continue;
    const sha256 = createHash('sha256')
      .update(await readFile(join(cache, path)))
      .digest('hex');
    assert.equal(path.replaceAll('/', ''), `objects${sha256}`, where);
  }
}
