// Records and objects of the cache that were damaged, swapped or left by an earlier version: no hit, no trace, nothing to
// remove by hand; what they belonged to is made again.
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeSealed } from '../../lib/runner/disk/sealed.ts';
import type { StageRecord } from '../../lib/runner/store/record.ts';
import type { Finished } from '../in-process.ts';
import { outcomes } from './project.ts';
import { SwiftProject } from './swift.ts';

let project: SwiftProject;
let whole: { [path: string]: string };
const within = (...path: string[]): string => join(project.root, ...path);
before(async () => {
  const body = `writeFileSync(out + '/other', 'other');`;
  project = await SwiftProject.create('stages:\n  a: { run: stages/a.mjs }\n', { a: { body } });
  assert.equal((await project.pipeline('--set', 'a.n=2')).code, 0);
  assert.equal((await project.pipeline()).code, 0);
  whole = await project.artifacts();
});
after(() => project.remove());

const cached = async (folder: string): Promise<string[]> =>
  (await readdir(within('.cache', folder))).map((name) => within('.cache', folder, name)).sort();

/** The path of the record of what stands in a's folder. */
async function recordPath(): Promise<string> {
  const { key } = JSON.parse(await project.read('artifacts/.runs/a/provenance.json')) as StageRecord;
  return within('.cache/records', `${key}.json`);
}

/** What stands in the folder is gone: the next run must find it in the cache, or make it. */
async function runWithout(folder = 'artifacts'): Promise<Finished> {
  await rm(within(folder), { recursive: true });
  const finished = await project.pipeline();
  assert.equal(finished.code, 0, finished.out + finished.err);
  assert.deepEqual(await project.artifacts(), whole);
  return finished;
}

const edit = async (
  path: string,
  change: (record: { files?: { sha256: string }[] }) => void,
): Promise<void> => {
  const record = JSON.parse(await readFile(path, 'utf8'));
  change(record);
  await writeFile(path, `${JSON.stringify(record, null, 1)}\n`);
};

const objectOf = (sha256: string): string => within('.cache/objects', sha256.slice(0, 2), sha256.slice(2));

const DAMAGES: { readonly [what: string]: (path: string) => Promise<unknown> } = {
  'without one of its files': (path) => edit(path, ({ files }) => void files!.pop()),
  'with the hashes of two files swapped': (path) =>
    edit(path, ({ files }) => {
      [files![0]!.sha256, files![1]!.sha256] = [files![1]!.sha256, files![0]!.sha256];
    }),
  'without files': (path) => edit(path, (record) => delete record.files),
  'that is a folder': async (path) => {
    await rm(path);
    await mkdir(join(path, 'deep'), { recursive: true });
  },
  'that is null': (path) => writeFile(path, 'null'),
  'in the place of its neighbour': async (path) => {
    const other = (await cached('records')).find((each) => each !== path)!;
    await writeFile(path, await readFile(other));
  },
};

for (const [what, spoil] of Object.entries(DAMAGES))
  test(`a record ${what} is no hit: its result is made again and stored anew`, async () => {
    await spoil(await recordPath());
    const { out } = await runWithout();
    assert.match(out, /^a +the record in the cache is damaged: it will be made again$/m);
    assert.deepEqual(outcomes(await runWithout()), { a: 'restored' });
  });

test('objects that were swapped, or are links or folders, are damage: nothing of them is restored', async () => {
  const { files } = JSON.parse(await readFile(await recordPath(), 'utf8')) as StageRecord;
  const [x, y] = files.map(({ sha256 }) => objectOf(sha256)) as [string, string];
  for (const spoil of [
    async () => {
      await rename(x, `${x}.`);
      await rename(y, x);
      await rename(`${x}.`, y);
    },
    async () => {
      await rm(x);
      await symlink('nowhere', x);
    },
    async () => {
      await rm(y);
      await mkdir(join(y, 'deep'), { recursive: true });
    },
  ]) {
    await spoil();
    assert.match(
      (await runWithout()).out,
      /^a +\S+ in the cache is (damaged|missing): it will be made again$/m,
    );
    assert.deepEqual(outcomes(await runWithout()), { a: 'restored' });
  }
});

test('a record beside a stage folder that says something else than what was written is not believed', async () => {
  await edit(within('artifacts/.runs/a/provenance.json'), ({ files }) => void files!.pop());
  assert.match((await project.run('status')).out, /^a +stale +the record of how it was made is damaged$/m);
  assert.deepEqual(outcomes(await project.pipeline()), { a: 'restored' });
  assert.deepEqual(outcomes(await project.pipeline()), { a: 'fresh' });
});

test('what an earlier version left is told in a line, made again, and removed by gc', async () => {
  const age = (path: string): Promise<void> => utimes(path, new Date(0), new Date(0));
  const old = within('.cache/records', `${'e'.repeat(64)}.json`);
  const record = JSON.parse(await readFile(await recordPath(), 'utf8'));
  delete record.sha256;
  const text = JSON.stringify({ ...record, fields: { ...record.fields, format: 1 } }, null, 1);
  for (const path of [old, await recordPath(), within('artifacts/.runs/a/provenance.json')])
    await writeFile(path, text);
  await age(old);
  const { out } = await project.run('status');
  assert.match(out, /^a +stale +the record of how it was made is of an earlier version$/m);
  assert.equal((await project.run('verify')).code, 0);
  const made = await project.pipeline();
  assert.match(made.out, /^a +the record in the cache is of an earlier version: it will be made again$/m);
  assert.match(made.out, /^a +ran .* the record of how it was made is of an earlier version$/m);
  assert.deepEqual(await project.artifacts(), whole);
  assert.match((await project.run('gc')).out, /^dropped 1 results, /);
  assert.ok(!(await cached('records')).includes(old));
});

test('a record whose fields have the names of an earlier version is left alone, made again and read by nobody', async () => {
  const { circumstances, changedMeanwhile, ...rest } = JSON.parse(await readFile(await recordPath(), 'utf8'));
  delete rest.sha256;
  const old = { ...rest, made: circumstances, doubt: changedMeanwhile };
  for (const path of [await recordPath(), within('artifacts/.runs/a/provenance.json')])
    await writeSealed(path, old);
  assert.match(
    (await project.run('status')).out,
    /^a +stale +the record of how it was made is of an earlier version$/m,
  );
  for (const command of ['verify', 'gc']) assert.equal((await project.run(command)).code, 0, command);
  assert.deepEqual(outcomes(await project.pipeline()), { a: 'ran' });
});
