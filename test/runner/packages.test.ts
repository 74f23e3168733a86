// Versions in the key are those of what is installed; where that is not what the lock file says, nothing runs.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { findClosure } from '../../lib/runner/code/closure.ts';
import { Hashes } from '../../lib/runner/disk/hashes.ts';
import { SwiftProject } from './swift.ts';

let root: string;

const LOCKED = {
  'node_modules/plot': { version: '1.0.0', dependencies: { d3: '*' }, optionalDependencies: { fast: '*' } },
  'node_modules/plot/node_modules/d3': { version: '7.0.0' },
  'node_modules/d3': { version: '6.0.0' },
  'node_modules/gpu': { version: '4.0.0', optional: true, dependencies: { driver: '*' } },
  'node_modules/driver': { version: '5.0.0', optional: true },
  'node_modules/unused': { version: '9.0.0' },
};
const VERSIONS = { d3: '7.0.0', driver: '5.0.0', gpu: '4.0.0', plot: '1.0.0' };

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

const install = (path: string, manifest: object): Promise<void> =>
  write(`node_modules/${path}/package.json`, JSON.stringify(manifest));

async function versions(): Promise<Readonly<Record<string, string>>> {
  return (await findClosure(root, 'stages/a.ts', join(root, '.cache'), Hashes.blank())).packages;
}

describe('packages of the lock file', () => {
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'grokscope-packages-'));
    await write('stages/a.params.ts', 'export const params = 1;');
    await write('stages/a.ts', `import 'plot'; import 'gpu';`);
    await install('plot', {
      version: '1.0.0',
      dependencies: { d3: '*', fast: '*' },
      optionalDependencies: { fast: '*' },
    });
    await install('plot/node_modules/d3', { version: '7.0.0' });
    await install('d3', { version: '6.0.0' });
    await write('package-lock.json', JSON.stringify({ packages: LOCKED }));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test('what is installed as locked is in the key, absent optional packages as the lock file has them', async () => {
    assert.deepEqual(await versions(), VERSIONS);
    await install('gpu', { version: '4.0.0', dependencies: { driver: '*' } });
    await install('driver', { version: '5.0.0' });
    assert.deepEqual(await versions(), VERSIONS);
  });

  test('a package of another version, missing, in another place or linked stops the run and says npm ci', async () => {
    const moved = join(root, 'moved');
    const plot = join(root, 'node_modules/plot');
    for (const [change, line, undo] of [
      [
        () => install('plot', { version: '1.2.0', dependencies: { d3: '*' } }),
        /^node_modules\/plot is 1\.2\.0, package-lock\.json says 1\.0\.0: run `npm ci`$/,
        () => install('plot', { version: '1.0.0', dependencies: { d3: '*' } }),
      ],
      [
        () => rename(join(plot, 'node_modules'), moved),
        /^node_modules\/d3 is 6\.0\.0, package-lock\.json says 7\.0\.0 in node_modules\/plot\/node_modules\/d3: run `npm ci`$/,
        () => rename(moved, join(plot, 'node_modules')),
      ],
      [
        () =>
          install('gpu/node_modules/driver', { version: '5.0.0' }).then(() =>
            install('gpu', { version: '4.0.0', dependencies: { driver: '*' } }),
          ),
        /^node_modules\/gpu\/node_modules\/driver is 5\.0\.0, package-lock\.json says 5\.0\.0 in node_modules\/driver: run `npm ci`$/,
        () => rm(join(root, 'node_modules/gpu'), { recursive: true }),
      ],
      [
        async () => {
          await rename(plot, moved);
          await symlink(moved, plot); // as npm link does
        },
        /^node_modules\/plot is a link to .*\/moved, whose code the key does not see: run `npm ci`$/,
        async () => {
          await rm(plot);
          await rename(moved, plot);
        },
      ],
      [
        () => rename(plot, moved),
        /^node_modules\/plot is not installed, package-lock\.json says 1\.0\.0: run `npm ci`$/,
        () => rename(moved, plot),
      ],
    ] as const) {
      assert.deepEqual(await versions(), VERSIONS, `before ${line}`);
      await change();
      await assert.rejects(versions(), { message: line });
      await undo();
    }
  });

  test('without a lock file nothing is compared, and what is installed counts', async () => {
    await rm(join(root, 'package-lock.json'));
    assert.deepEqual(await versions(), { d3: '7.0.0', gpu: 'not installed', plot: '1.0.0' });
    await install('plot/node_modules/d3', { version: '7.1.0' });
    assert.deepEqual(await versions(), { d3: '7.1.0', gpu: 'not installed', plot: '1.0.0' });
  });

  test('a run and a dry run on other packages than those of the lock file end with exit code 2 and one line', async (t) => {
    const project = await SwiftProject.create(`stages: { a: { run: stages/a.mjs } }\n`, { a: {} });
    t.after(() => project.remove());
    await project.write('stages/a.mjs', `import 'plot';\n${await project.read('stages/a.mjs')}`);
    await project.write('node_modules/plot/package.json', '{ "version": "1.2.0" }');
    await project.write('package-lock.json', JSON.stringify({ packages: LOCKED }));
    for (const args of [
      ['pipeline', '--keep-going'],
      ['pipeline', '--dry-run'],
    ]) {
      const { code, out, err } = await project.run(...args);
      assert.equal(code, 2, out + err);
      assert.equal(err, 'node_modules/plot is 1.2.0, package-lock.json says 1.0.0: run `npm ci`\n');
    }
  });
});
