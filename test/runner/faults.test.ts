// SIGKILL of the runner, and of the stage, at steps of storing, publishing and restoring. Afterwards a plain rerun leaves
// what an undisturbed run would, and nothing of the killed one. GROKSCOPE_LONG=1 kills at every step.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Project } from './project.ts';

const preload = [new URL('kill-at.mjs', import.meta.url).href];
const isLong = process.env['GROKSCOPE_LONG'] === '1';
const SHORT_KILLS = 5;
const LASTING = ['claimed', 'log.txt', 'provenance.json', 'set-aside'];

let project: Project;
let expected: Record<string, string>;
before(async () => {
  project = await Project.create('stages:\n  a: {}\n  b: { needs: [a] }\n', { a: {}, b: {} });
  assert.equal((await project.pipeline('--set', 'a.n=2')).code, 0);
  expected = await project.artifacts();
  assert.equal((await project.pipeline()).code, 0);
});
after(() => project.remove());

/** Each kill meets folders that hold the results of other params; `stored`: whether the store has the new ones. */
async function rerunAfterKill(stored: boolean, env: NodeJS.ProcessEnv): Promise<void> {
  assert.equal((await project.pipeline()).code, 0);
  if (!stored) await rm(join(project.root, '.cache/records'), { recursive: true });
  await project.start(['pipeline', '--set', 'a.n=2'], env, { preload }).finished;
  const old = new Date(Date.now() - 7_200_000);
  for (const path of await readdir(join(project.root, '.cache'), { recursive: true }))
    if (path.endsWith('.writing')) await utimes(join(project.root, '.cache', path), old, old);
  const where = JSON.stringify({ stored, ...env });
  const { code, out, err } = await project.pipeline('--set', 'a.n=2');
  assert.equal(code, 0, where + out + err);
  assert.deepEqual(await project.artifacts(), expected, where);
  await assertTidy(where);
}

async function assertTidy(where: string): Promise<void> {
  for (const stage of ['a', 'b']) {
    const left = await readdir(join(project.root, 'artifacts/.runs', stage));
    assert.deepEqual(
      left.filter((name) => !LASTING.includes(name)),
      [],
      where,
    );
  }
  const cached = await readdir(join(project.root, '.cache'), { recursive: true, withFileTypes: true });
  for (const each of cached) {
    const path = join(each.parentPath, each.name).slice(project.root.length + '/.cache/'.length);
    if (!each.isFile()) continue;
    assert.match(path, /^(hashes\.json|(records|closures|objects\/..)\/[0-9a-f]+(\.json)?)$/, where);
    if (!path.startsWith('objects/')) continue;
    const bytes = await readFile(join(project.root, '.cache', path));
    assert.equal(`objects/${createHash('sha256').update(bytes).digest('hex').replace(/^../, '$&/')}`, path);
  }
}

for (const [victim, stored] of [
  ['runner', false],
  ['runner', true],
  ['stage', false],
] as const)
  test(`SIGKILL of the ${victim} while results are ${stored ? 'restored' : 'made'}: a plain rerun ends as if undisturbed`, async (t) => {
    const counter = join(project.root, 'count');
    await rerunAfterKill(stored, { KILL_COUNT: counter });
    const steps = Number(await readFile(counter, 'utf8'));
    assert.ok(steps > 20, `${steps} steps`);
    const all = Array.from({ length: steps }, (_, i) => i + 1);
    const chosen = isLong ? all : all.sort(() => Math.random() - 0.5).slice(0, SHORT_KILLS);
    t.diagnostic(`killed before steps ${chosen.join(' ')} of ${steps}`);
    for (const step of chosen) await rerunAfterKill(stored, { KILL: victim, KILL_AT: String(step) });
  });
