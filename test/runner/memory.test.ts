// A folder of results other than artifacts/ remembers what it was made with, and every command on it uses that.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { recall, remember } from '../../lib/runner/config/folder-settings.ts';
import { parseOverrides } from '../../lib/runner/config/override.ts';
import type { Finished } from '../in-process.ts';
import { outcomes, Project } from './project.ts';

let project: Project;
before(async () => {
  const yaml = 'stages:\n  a: { params: { n: 2 } }\n  b: { needs: [a] }\n';
  project = await Project.create(yaml, { a: {}, b: {} });
  await project.write('other.yaml', yaml.replace('n: 2', 'n: 3'));
});
after(() => project.remove());

const on = (folder: string, line: string): Promise<Finished> =>
  project.run(...line.split(' '), '--artifacts', folder);
const memory = 'quick/.runs/settings.json';
const path = (name: string): string => join(project.root, name);

test('a dry run, a status and a plan write nothing, and a run writes what it is made with', async () => {
  for (const line of ['status --set a.n=5', 'plan --set a.n=5', 'pipeline --dry-run --set a.n=5']) {
    const { code, err } = await on('quick', line);
    assert.deepEqual([code, err], [0, '']);
  }
  assert.equal(existsSync(path('quick')), false);
  const { out, err } = await on('quick', 'pipeline --set a.n=4 --set a.n=5');
  assert.deepEqual(outcomes({ out } as Finished), { a: 'ran', b: 'ran' });
  assert.equal(err, '');
  assert.deepEqual(JSON.parse(await project.read(memory)).set, ['a.n=5']);
});

test('every command goes by it and says so in a line; the default folder follows pipeline.yaml', async () => {
  const line = 'quick is made with --set a.n=5 (--as-written ignores this)\n';
  const results = [];
  for (const command of [
    'status',
    'plan',
    'pipeline',
    'pipeline b',
    'explain b',
    'graph',
    'verify',
    'gc',
    'status --json',
  ]) {
    const { code, out, err } = await on('quick', command);
    assert.deepEqual([code, err], [0, line], command);
    results.push({ out, err, code });
  }
  for (const each of results.slice(0, 3)) assert.deepEqual(outcomes(each), { a: 'fresh', b: 'fresh' });
  for (const text of results.at(-1)!.out.trim().split('\n')) assert.equal(JSON.parse(text).action, 'fresh');
  for (const command of ['status', 'status --artifacts artifacts']) {
    const { out, err } = await project.run(...command.split(' '));
    assert.deepEqual([outcomes({ out } as Finished), err], [{ a: 'missing', b: 'missing' }, '']);
  }
});

test('--set replaces single ones, and is remembered once something is made with it', async () => {
  const before = await project.read(memory);
  const shown = await on('quick', 'status --set a.n=6');
  assert.deepEqual([outcomes(shown)['a'], shown.err], ['stale', '']);
  assert.equal(await project.read(memory), before);
  const ran = await on('quick', 'pipeline --set b.n=7');
  assert.deepEqual(outcomes(ran), { a: 'fresh', b: 'ran' });
  assert.deepEqual(JSON.parse(await project.read(memory)).set, ['a.n=5', 'b.n=7']);
  assert.match((await on('quick', 'status')).err, /--set a\.n=5 --set b\.n=7 \(/);
});

test('--as-written ignores what a folder remembers: a status changes nothing, a run makes it forget', async () => {
  const shown = await on('quick', 'status --as-written');
  assert.deepEqual([outcomes(shown), shown.err], [{ a: 'stale', b: 'stale' }, '']);
  assert.equal(existsSync(path(memory)), true);
  assert.equal((await on('quick', 'pipeline --as-written')).code, 0);
  assert.equal(existsSync(path(memory)), false);
  assert.match(await project.read('quick/a/result.txt'), /^2\n/);
});

test('another pipeline file and another cache are remembered, too, from wherever the command is given', async () => {
  assert.equal((await on('quick', 'pipeline --file other.yaml --cache quick-cache')).code, 0);
  const { err, out } = await on('quick', 'status');
  assert.equal(err, 'quick is made with --file other.yaml --cache quick-cache (--as-written ignores this)\n');
  assert.deepEqual(outcomes({ out } as Finished), { a: 'fresh', b: 'fresh' });
  const { file, cache } = JSON.parse(await project.read(memory));
  assert.deepEqual([file, cache], ['../other.yaml', '../quick-cache']);
  const back = await on('quick', 'pipeline --file pipeline.yaml --cache .cache --set a.n=9');
  assert.deepEqual([back.code, back.err], [0, '']);
  assert.deepEqual(JSON.parse(await project.read(memory)), {
    ...JSON.parse(await project.read(memory)),
    set: ['a.n=9'],
    file: null,
    cache: null,
  });
  // What it remembers may be gone.
  await on('quick', 'pipeline --file other.yaml');
  await rm(path('other.yaml'));
  const gone = await on('quick', 'status');
  assert.equal(gone.code, 2);
  assert.match(
    gone.err,
    /^quick is made with .*--file other\.yaml \(--as-written ignores this\)\nother\.yaml does not exist/,
  );
});

test('a memory that cannot be read, or speaks of a param that is gone, is a line and exit code 2', async () => {
  await on('quick', 'pipeline --as-written --set a.n=5');
  const whole = await project.read(memory);
  const flipped = whole.replace('n=5', 'n=4');
  for (const text of [
    '',
    '{}',
    'null',
    '[]',
    '7',
    whole.slice(0, 40),
    flipped,
    whole.replace('set', 'sat'),
    '\0',
  ]) {
    await project.write(memory, text);
    for (const command of ['status', 'pipeline']) {
      const { code, out, err } = await on('quick', command);
      assert.deepEqual([code, out], [2, ''], text);
      assert.match(
        err,
        /^quick\/\.runs\/settings\.json cannot be read, .* \(it is damaged\)\n {4}--as-written follows/,
      );
      assert.doesNotMatch(err, /\n\s+at /);
    }
  }
  const makes = [
    () => mkdir(path(`${memory}/x`), { recursive: true }),
    async () => execFileSync('mkfifo', [path(memory)]),
    () => symlink('settings.json', path(memory)),
    () => symlink('/', path(memory)),
  ];
  for (const make of makes) {
    await rm(path(memory), { recursive: true, force: true });
    await make();
    const { code, err } = await on('quick', 'status');
    assert.equal(code, 2);
    assert.match(err, /settings\.json cannot be read/);
    // Nothing to remove by hand.
    assert.equal((await on('quick', 'pipeline --as-written --set a.n=5')).code, 0);
    assert.equal(await project.read(memory), whole);
  }
  const settings = { overrides: parseOverrides(['a.gone=1', 'z.n=1']), file: null, cache: null };
  await remember(path('quick'), project.root, settings);
  const { code, err } = await on('quick', 'status');
  assert.equal(code, 2);
  assert.match(err, /^quick is made with .* \(--as-written ignores this\)\n/);
  assert.match(err, /\n--set a\.gone of quick a has no param "gone"/);
  assert.match(err, /\n--set z\.n of quick there is no stage "z"/);
});

test('runs into one folder at the same time leave the memory of one of them, whole', async () => {
  const folder = path('both');
  const sets = [['a.n=1'], ['a.n=2', 'b.n=3']];
  const given = { file: null, cache: null, artifacts: folder, asWritten: false, overrides: [] };
  const writes = Array.from({ length: 40 }, (_, i) =>
    remember(folder, project.root, { ...given, overrides: parseOverrides(sets[i % 2]!) }),
  );
  const reads = Array.from({ length: 40 }, () => recall(given));
  await Promise.all(writes);
  for (const { settings } of [...(await Promise.all(reads)), await recall(given)])
    assert.ok([0, 1, 2].includes(settings.overrides.length));
  assert.ok((await recall(given)).line);
});
