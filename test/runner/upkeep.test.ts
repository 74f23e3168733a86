// The commands beside a run: explain, graph, verify, gc.
import assert from 'node:assert/strict';
import { chmod, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { outcomes, Project } from './project.ts';

let project: Project;
before(async () => {
  project = await Project.create('stages:\n  a: {}\n  b: { needs: [a] }\n', { a: {}, b: {} });
  assert.equal((await project.pipeline()).code, 0);
});
after(() => project.remove());

const cached = (folder: string): Promise<string[]> => readdir(join(project.root, '.cache', folder));

test('graph draws the stages for Mermaid', async () => {
  assert.equal((await project.run('graph')).out, 'graph LR\n  a\n  a --> b\n');
});

test('explain prints the whole key and what is not as it was', async () => {
  const { out } = await project.run('explain', 'b', '--set', 'b.n=9');
  assert.match(out, /^b is stale\n {2}made \S+ in \d+\.\d s on /);
  assert.match(out, /\nsince then\n {2}params\.n: 1 -> 9\n/);
  assert.match(out, /\n {2}inputs\n {4}a\/result\.txt {2}[0-9a-f]{12}\n/);
  assert.match(out, /\n {4}stages\/b\.ts +[0-9a-f]{12}\n/);
  assert.match((await project.run('explain', 'b')).out, /^b is fresh\n/);
});

test('explain of a file says which stage wrote it, from what, and whether it was changed since', async () => {
  const file = join(project.root, 'artifacts/b/result.txt');
  const { out } = await project.run('explain', 'artifacts/b/result.txt');
  assert.match(
    out,
    /^artifacts\/b\/result\.txt\n {2}written by the stage b, \d{4}-\S+Z, in \d+\.\d s on \S+/,
  );
  assert.match(out, /\n {2}sha256 [0-9a-f]{64}\n\nkey [0-9a-f]{64}\n {2}params\n {4}n +1\n/);
  assert.match(out, /\n {2}inputs\n {4}a\/result\.txt {2}[0-9a-f]{12}\n/);
  await project.write('artifacts/b/note.txt', 'mine');
  assert.match((await project.run('explain', 'artifacts/b/note.txt')).out, /not written by that run/);
  const content = await project.read('artifacts/b/result.txt');
  await writeFile(file, 'other');
  assert.match((await project.run('explain', file)).out, /changed since: it was [0-9a-f]{64}/);
  await writeFile(file, content);
  await rm(join(project.root, 'artifacts/b/note.txt'));

  const stranger = await project.run('explain', 'stages/a.ts');
  assert.deepEqual([stranger.code, stranger.out], [1, '']);
  assert.match(stranger.err, /^stages\/a\.ts is in no folder that a stage has made\n/);
  assert.match((await project.run('explain', 'artifacts/b/no.txt')).err, /no\.txt does not exist\n/);
});

test('gc keeps the newest results and what stands at and below artifacts/, and leaves what is young alone', async () => {
  await project.pipeline('a', '--artifacts', 'artifacts/sweeps/rate/one', '--set', 'a.n=5');
  for (const n of ['2', '3']) await project.pipeline('a', '--set', `a.n=${n}`);
  assert.match((await project.run('gc', '--keep', '1')).out, /^dropped 0 results, 0 files/);
  const old = new Date(Date.now() - 7_200_000);
  for (const folder of ['records', 'objects'])
    for (const name of await readdir(join(project.root, '.cache', folder), { recursive: true }))
      await utimes(join(project.root, '.cache', folder, name), old, old);
  assert.match(
    (await project.run('gc', '--keep', '1', '--dry-run')).out,
    /^would drop 2 results, 2 files, 0\.0 MB/,
  );
  assert.match((await project.run('gc', '--keep', '1')).out, /^dropped 2 results, 2 files/);
  // The newest a, the one of a sweep's point and the only b stay; b's input was made by a dropped a.
  assert.equal((await cached('records')).length, 3);
  assert.deepEqual(outcomes(await project.pipeline('--set', 'a.n=3')), { a: 'fresh', b: 'ran' });
});

test('verify reads every byte: a flipped one is found and removed, and the result is made again', async () => {
  const whole = await project.run('verify');
  assert.equal(whole.code, 0, whole.out);
  assert.match(whole.out, /^4 results, 4 files, 0\.0 MB read: 0 damaged$/m);
  const { files } = JSON.parse(await project.read('artifacts/.runs/b/provenance.json'));
  const object = join('.cache/objects', files[0].sha256.slice(0, 2), files[0].sha256.slice(2));
  const text = await project.read(object);
  await chmod(join(project.root, object), 0o644);
  await writeFile(join(project.root, object), text.replace('a', 'b'));
  await writeFile(join(project.root, 'artifacts/a/result.txt'), 'forged');
  const { code, out } = await project.run('verify');
  assert.equal(code, 1);
  assert.ok(out.includes(`${object} is damaged: removed\n`), out);
  assert.match(out, /records\/[0-9a-f]{64}\.json b of \S+ has lost 1 of its files: removed\n/);
  assert.match(out, /^artifacts\/a\/result\.txt is not what a wrote$/m);
  assert.match(out, /: 3 damaged$/m);
  assert.deepEqual(outcomes(await project.pipeline('--set', 'a.n=3')), { a: 'restored', b: 'fresh' });
});
