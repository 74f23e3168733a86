// --cache on a folder that is not a cache of this pipeline is refused, and nothing there is touched.
import assert from 'node:assert/strict';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { outcomes } from './project.ts';
import { SwiftProject } from './swift.ts';

let project: SwiftProject;
before(async () => {
  project = await SwiftProject.create('stages:\n  a: { run: stages/a.mjs }\n', { a: {} });
  assert.equal((await project.pipeline()).code, 0);
});
after(() => project.remove());

const within = (...path: string[]): string => join(project.root, ...path);
const object = `objects/ab/${'c'.repeat(62)}`;
const dead = JSON.stringify({ host: 'h', boot: 'b', namespace: '', pid: 1, started: '' });

/** A folder with these files, all a day old. */
async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const old = new Date(Date.now() - 86_400_000);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(within(folder, path)), { recursive: true });
    await writeFile(within(folder, path), text);
    await utimes(within(folder, path), old, old);
  }
}

async function listing(folder: string): Promise<string[]> {
  const paths = (await readdir(within(folder), { recursive: true })).sort();
  return Promise.all(
    paths.map(async (path) => `${path} ${String((await stat(within(folder, path))).mtimeMs)}`),
  );
}

const FOREIGN: Readonly<Record<string, readonly [culprit: string, files: Readonly<Record<string, string>>]>> =
  {
    'a bare git repository': ['HEAD', { HEAD: 'ref', config: '', 'refs/heads/main': 'f', [object]: 'blob' }],
    'another program’s folder of objects and records': [
      'objects',
      { [object]: 'theirs', [`records/${'d'.repeat(64)}.json`]: '{}' },
    ],
    'another program’s cache with the tag of one, and locks of its own': [
      'CACHEDIR.TAG',
      {
        'CACHEDIR.TAG': 'Signature: 8a477f597d28d172789f06886806bc55\n# Of cargo.\n',
        'locks/one/exclusive-1': dead,
        'tmp/x.owner': dead,
        'tmp/x/file': 'theirs',
        'resume/long/ago': 'theirs',
      },
    ],
  };

for (const [what, [culprit, files]] of Object.entries(FOREIGN))
  test(`${what} as --cache is refused by every command, and left as it was`, async () => {
    await write('foreign', files);
    const before = await listing('foreign');
    const none = before.length;
    assert.ok(none > 0);
    for (const command of [['gc'], ['gc', '--dry-run'], ['verify'], ['pipeline', '--force'], ['status']]) {
      const { code, err } = await project.run(...command, '--cache', 'foreign');
      assert.equal(code, 2, command.join(' '));
      assert.ok(
        err.startsWith(`--cache foreign is not a cache of this pipeline: it holds ${culprit}\n    give `),
        err,
      );
    }
    assert.deepEqual(await listing('foreign'), before);
    await rm(within('foreign'), { recursive: true });
  });

test('a cache of before there was a mark is used as it is, and so is one that holds builds of the kernel alone', async () => {
  await rm(within('.cache/CACHEDIR.TAG'));
  await rm(within('artifacts'), { recursive: true });
  assert.deepEqual(outcomes(await project.pipeline()), { a: 'restored' });
  assert.match(await project.read('.cache/CACHEDIR.TAG'), /^Signature: 8a477f597d28d172789f06886806bc55\n/);
  await write('built', { 'kernel/x64/addon.node': 'code' });
  assert.equal((await project.run('gc', '--cache', 'built')).code, 0);
  assert.equal(await project.read('built/kernel/x64/addon.node'), 'code');
});

test('a folder that is not there yet, or is empty, becomes a cache', async () => {
  await mkdir(within('empty'));
  for (const folder of ['empty', 'new/deep']) {
    await rename(within('artifacts'), within(`artifacts-${folder.length}`));
    assert.deepEqual(outcomes(await project.pipeline('--cache', folder)), { a: 'ran' });
    assert.ok((await readdir(within(folder))).includes('CACHEDIR.TAG'));
  }
});
