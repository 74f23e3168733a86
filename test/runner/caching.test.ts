// The real runner on real files: what runs, what is restored, what is left alone.
import assert from 'node:assert/strict';
import { chmod, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Finished } from '../in-process.ts';
import { outcomes, Project } from './project.ts';

// a -> b -> d, a -> c: c uses a helper of its own.
const YAML = `stages:
  a:
    params: { n: 1 }
  b:
    needs: [a]
    params: { n: 2 }
  c:
    needs: [a]
  d:
    needs: [b]
`;
const HELPER = `import { helper } from '../lib/helper.ts';\n`;

let project: Project;
before(async () => {
  project = await Project.create(YAML, {
    a: {},
    b: {},
    c: { body: `read.push(helper, readFileSync(new URL('../lib/asset.txt', import.meta.url), 'utf8'));` },
    d: {},
  });
  await project.write('stages/c.ts', HELPER + (await project.read('stages/c.ts')));
  await project.write('lib/helper.ts', `export const helper: string = 'one';\n`);
  await project.write('lib/asset.txt', 'first');
});
after(() => project.remove());

const FRESH = { a: 'fresh', b: 'fresh', c: 'fresh', d: 'fresh' };

test('a dry run says what would run and why, and runs nothing', async () => {
  const finished = await project.pipeline('--dry-run');
  assert.deepEqual(outcomes(finished), {
    a: 'would run',
    b: 'would follow',
    c: 'would follow',
    d: 'would follow',
  });
  assert.match(finished.out, /^a +would run +never ran$/m);
  assert.match(finished.out, /^b +would follow +needs a$/m);
  assert.equal(await project.runs('a'), 0);
});

test('a cold run runs every stage once, with one line for each; only stage files stand in a stage folder', async () => {
  const finished = await project.pipeline();
  assert.equal(finished.code, 0, finished.err);
  assert.deepEqual(outcomes(finished), { a: 'ran', b: 'ran', c: 'ran', d: 'ran' });
  assert.match(finished.out, /^a +ran \d+\.\d s +first run$/m);
  assert.equal(await project.read('artifacts/d/result.txt'), '1\nb 2\na 1\n');
  for (const stage of ['a', 'b', 'c', 'd'])
    assert.deepEqual(await readdir(join(project.root, 'artifacts', stage)), ['result.txt']);
  const { key, fields, circumstances } = JSON.parse(await project.read('artifacts/.runs/b/provenance.json'));
  assert.match(key, /^[0-9a-f]{64}$/);
  assert.equal(fields.params.n, 2);
  assert.match(fields.inputs['a/result.txt'], /^[0-9a-f]{64}$/);
  assert.deepEqual(Object.keys(fields.code), [
    'lib/files/failure.ts',
    'lib/files/short-path.ts',
    'lib/files/visible.ts',
    'lib/render.ts',
    'lib/runner/schema.ts',
    'lib/runner/stage.ts',
    'stages/b.params.ts',
    'stages/b.ts',
  ]);
  assert.deepEqual(Object.keys(fields.packages), ['valibot']);
  assert.equal(circumstances.stage, 'b');
});

test('a second run runs nothing and touches nothing', async () => {
  const file = join(project.root, 'artifacts/d/result.txt');
  const before = await stat(file);
  assert.deepEqual(outcomes(await project.pipeline()), FRESH);
  assert.equal((await stat(file)).ctimeMs, before.ctimeMs);
  assert.equal(await project.runs('d'), 1);
});

test('comments, order of keys, defaults written out and touched files change no key', async () => {
  const now = new Date();
  for (const path of ['stages/b.ts', 'lib/helper.ts', 'artifacts/a/result.txt'])
    await utimes(join(project.root, path), now, now);
  const helper = await project.read('lib/helper.ts');
  await project.write('lib/helper.ts', `// a comment\n\n${helper}`);
  await project.write(
    'pipeline.yaml',
    `# another comment
stages:
  d: { needs: [b] }
  c: { needs: [a] }
  b:
    params: { kind: add, n: 2.0 }
    needs: [a]
  a: {}
`,
  );
  assert.deepEqual(outcomes(await project.pipeline()), FRESH);
  await project.write('pipeline.yaml', YAML);
});

test('a changed param reruns its stage and what depends on it, and names the change; changed back, all is restored', async () => {
  const original = await project.artifacts();
  const changed = await project.pipeline('--set', 'b.n=7');
  assert.deepEqual(outcomes(changed), { ...FRESH, b: 'ran', d: 'ran' });
  assert.match(changed.out, /^b +ran .* params\.n: 2 -> 7$/m);
  assert.match(changed.out, /^d +ran .* b\/result\.txt changed$/m);
  assert.notDeepEqual(await project.artifacts(), original);

  const dry = await project.pipeline('--dry-run');
  assert.deepEqual(outcomes(dry), { ...FRESH, b: 'would be restored', d: 'would be restored' });
  const back = await project.pipeline();
  assert.deepEqual(outcomes(back), { ...FRESH, b: 'restored', d: 'restored' });
  assert.deepEqual(await project.artifacts(), original);
  assert.equal(await project.runs('b'), 2);
});

test('a folder as a param counts by the content of the files that it is read for, and by nothing else in it', async () => {
  const run = (): Promise<Finished> => project.pipeline('d', '--set', 'd.model=trained');
  await project.write('trained/model.bin', 'first');
  assert.deepEqual(outcomes(await run()), { a: 'fresh', b: 'fresh', d: 'ran' });
  await project.write('trained/README.md', 'notes');
  assert.equal(outcomes(await run())['d'], 'fresh');
  await project.write('trained/history.bin', 'losses');
  assert.match((await run()).out, /^d +ran .* params\.model changed$/m);
  await project.write('trained/model.bin', 'second');
  assert.match((await run()).out, /^d +ran .* params\.model changed$/m);
  await project.write('trained/model.bin', 'first');
  assert.equal(outcomes(await run())['d'], 'restored');
  assert.deepEqual(outcomes(await project.pipeline()), { ...FRESH, d: 'restored' });
});

test('status names stale stages and the field that changed', async () => {
  const { out, code } = await project.run('status', '--set', 'b.n=8');
  assert.equal(code, 0);
  assert.match(out, /^a +fresh\nb +stale +params\.n: 2 -> 8\nc +fresh\nd +stale +needs b$/m);
});

test('an edited helper or asset makes exactly the stages stale that use it', async () => {
  await project.write('lib/helper.ts', `export const helper: string = 'two';\n`);
  const helper = await project.pipeline();
  assert.deepEqual(outcomes(helper), { ...FRESH, c: 'ran' });
  assert.match(helper.out, /^c +ran .* lib\/helper\.ts changed$/m);
  await project.write('lib/asset.txt', 'second');
  const asset = await project.run('status');
  assert.deepEqual(outcomes(asset), { ...FRESH, c: 'stale' });
  assert.match(asset.out, /lib\/asset\.txt changed/);
  await project.write('lib/asset.txt', 'first');
});

test('an upstream rerun that gives the same bytes stops there', async () => {
  await project.write('stages/a.ts', `${await project.read('stages/a.ts')}\nconsole.log();\n`);
  const finished = await project.pipeline();
  assert.deepEqual(outcomes(finished), { ...FRESH, a: 'ran' });
  assert.match(finished.out, /stages\/a\.ts changed/);
});

test('a stage folder that was changed by hand is restored, and what was put there is kept aside', async () => {
  await project.write('artifacts/c/notes.txt', 'mine');
  await writeFile(join(project.root, 'artifacts/c/result.txt'), 'forged');
  const finished = await project.pipeline('c');
  assert.deepEqual(outcomes(finished), { a: 'fresh', c: 'restored' });
  assert.match(finished.out, /output was modified \(notes\.txt, result\.txt\)/);
  assert.deepEqual(await readdir(join(project.root, 'artifacts/c')), ['result.txt']);
  await project.write('artifacts/c/notes.txt', 'mine again');
  assert.deepEqual(outcomes(await project.pipeline('c')), { a: 'fresh', c: 'restored' });
  assert.equal(await project.read('artifacts/.runs/c/set-aside/notes.txt'), 'mine');
  assert.equal(await project.read('artifacts/.runs/c/set-aside/notes.txt~2'), 'mine again');
});

test('a damaged object in the cache is a miss that says so, and is made again', async () => {
  const { files } = JSON.parse(await project.read('artifacts/.runs/d/provenance.json'));
  const object = join(project.root, '.cache/objects', files[0].sha256.slice(0, 2), files[0].sha256.slice(2));
  const bytes = await readFile(object);
  bytes[0]! ^= 1;
  await chmod(object, 0o644);
  await writeFile(object, bytes);
  await rm(join(project.root, 'artifacts/d'), { recursive: true });
  const runs = await project.runs('d');
  const finished = await project.pipeline('d');
  assert.equal(finished.code, 0, finished.err);
  assert.match(finished.out, /^d +result\.txt in the cache is damaged: it will be made again$/m);
  assert.match(finished.out, /^d +ran .* its folder was missing$/m);
  assert.equal(await project.runs('d'), runs + 1);
  await rm(join(project.root, 'artifacts/d'), { recursive: true });
  assert.deepEqual(outcomes(await project.pipeline('d')), { a: 'fresh', b: 'fresh', d: 'restored' });
});

test('--force runs the named stages though fresh; --only leaves their needs alone', async () => {
  const forced = await project.pipeline('b', '--force');
  assert.deepEqual(outcomes(forced), { a: 'fresh', b: 'ran' });
  await project.write('lib/helper.ts', `export const helper: string = 'three';\n`);
  assert.deepEqual(outcomes(await project.pipeline('d', '--only')), { d: 'fresh' });
  await rm(join(project.root, 'artifacts/b'), { recursive: true });
  const missing = await project.pipeline('d', '--only');
  assert.equal(missing.code, 1);
  assert.match(missing.out, /^d +failed\n +artifacts\/b is missing\n +run `npm run pipeline -- b` first$/m);
});

test('--json prints one event a line and nothing else', async () => {
  const { out, code } = await project.pipeline('b', '--json');
  assert.equal(code, 0);
  const events = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; stage: string; outcome?: string });
  const ends = events.filter(({ type }) => type === 'end');
  assert.deepEqual(
    ends.map(({ stage, outcome }) => [stage, outcome]),
    [
      ['a', 'fresh'],
      ['b', 'restored'],
    ],
  );
});

test('a project at another path with the same cache restores', async () => {
  const copy = await Project.create(YAML, { b: {}, c: {}, d: {} });
  await copy.write('stages/a.ts', await project.read('stages/a.ts'));
  await copy.write('stages/a.params.ts', await project.read('stages/a.params.ts'));
  const finished = await copy.pipeline('b', '--cache', join(project.root, '.cache'));
  assert.deepEqual(outcomes(finished), { a: 'restored', b: 'restored' });
  await copy.remove();
});
