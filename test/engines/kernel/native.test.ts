// Damaged native builds and compilers that do not work: only a build that was checked is loaded, otherwise there is a message.
// The compiler here is a script that copies an addon compiled before, so that a case takes no longer than its check.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Failure } from '../../../lib/files/failure.ts';
import { refuseOther } from '../../../lib/engines/promised.ts';
import { buildNative, findOrCompile, type NativeBuild } from '../../../lib/engines/kernel/native/build.ts';
import { findCompiler, NoCompiler } from '../../../lib/engines/kernel/native/compiler.ts';
import { temporaryFolder } from '../../stages/start-stage.ts';

const folder = await temporaryFolder({ after });
const native = await buildNative().catch((error: Error) => error);
const skip = native instanceof Error && native.message;
const good = join(folder, 'good.node');
if (!(native instanceof Error)) await copyFile(native.path, good);

/** A compiler that writes `bytes` for the addon, and its version. */
async function compilerOf(addon: string, name = 'cc'): Promise<string> {
  const path = join(folder, name);
  const script = `#!/bin/sh
[ "$1" = --version ] && echo "copier 1.0" && exit
while [ "$1" != -o ]; do shift; done
cp '${addon}' "$2"
`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}

/** Builds in a folder with one good addon, which `damage` was done to. */
async function rebuild(
  damage: (addon: string) => Promise<void>,
): Promise<{ build: NativeBuild; notes: string[]; names: string[] }> {
  const cache = join(folder, 'cache');
  await rm(cache, { recursive: true, force: true });
  await mkdir(cache);
  const CC = await compilerOf(good);
  const notes: string[] = [];
  const first = await findOrCompile([cache], (line) => notes.push(line), CC);
  assert.equal(notes.length, 0);
  const bytes = await readFile(first.path);
  await rm(first.path); // the file that this process has mapped stays as it is
  await writeFile(first.path, bytes);
  await damage(first.path);
  const build = await findOrCompile([cache], (line) => notes.push(line), CC);
  return { build, notes, names: await readdir(cache) };
}

const turnBit = async (path: string, at: number): Promise<void> => {
  const bytes = await readFile(path);
  bytes[at]! ^= 1;
  await writeFile(path, bytes);
};

const DAMAGES: Record<string, { damage(addon: string): Promise<void>; says: RegExp }> = {
  'random bytes': { damage: (addon) => writeFile(addon, Buffer.alloc(5000, 'xyz')), says: /is damaged$/ },
  'a dangling link': {
    damage: async (addon) => {
      await rm(addon);
      await symlink('/nonexistent', addon);
    },
    says: /is not a file$/,
  },
  'cut short': { damage: (addon) => truncate(addon, 40_000), says: /is damaged$/ },
  empty: { damage: (addon) => truncate(addon, 0), says: /is damaged$/ },
  // It would load, and compute something else.
  'one bit of its code turned': { damage: (addon) => turnBit(addon, 60_000), says: /is damaged$/ },
  'a folder in its place': {
    damage: async (addon) => {
      await rm(addon);
      await mkdir(join(addon, 'deep'), { recursive: true });
    },
    says: /is not a file$/,
  },
  'a pipe in its place': {
    damage: async (addon) => {
      await rm(addon);
      execFileSync('mkfifo', [addon]);
    },
    says: /is not a file$/,
  },
};

for (const [name, { damage, says }] of Object.entries(DAMAGES))
  test(`a native build that is damaged (${name}) is built again, and the user told`, { skip }, async () => {
    const { build, notes, names } = await rebuild(damage);
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /^the native kernel is built again: /);
    assert.match(notes[0]!, says);
    assert.deepEqual(await readFile(build.path), await readFile(good));
    assert.equal(names.length, 1);
    const core = await build.open({ p: 5, d_model: 4, n_heads: 1, d_head: 2, d_mlp: 3 }, 1);
    assert.equal(core.readStep(), 0);
    core.close();
  });

test('an undamaged build is used as it is', { skip }, async () => {
  // From here on the compiler has nothing to copy.
  const { build, notes } = await rebuild(() => rename(good, `${good}.away`));
  await rename(`${good}.away`, good);
  assert.equal(notes.length, 0);
  assert.match(build.path, /\.node$/);
});

test('a new build that does not load is not used, and not kept', { skip }, async () => {
  const cache = join(folder, 'new');
  await mkdir(cache);
  const bad = join(folder, 'bad.node');
  await writeFile(bad, (await readFile(good)).subarray(0, 60_000));
  await assert.rejects(findOrCompile([cache], assert.fail, await compilerOf(bad)), (error: Error) => {
    assert.match(error.message, /^the native kernel does not work with copier 1\.0:\n/);
    return true;
  });
  assert.deepEqual(await readdir(cache), []);
});

test('a build that computes other bits is not used, and not kept', { skip }, async () => {
  const cache = join(folder, 'other');
  await mkdir(cache);
  const CC = join(folder, 'contracting');
  // Multiply-adds that are not in the source, as from a compiler that ignores its flags.
  await writeFile(CC, '#!/bin/sh\nexec cc "$@" -O1 -fexpensive-optimizations -ffp-contract=fast\n', {
    mode: 0o755,
  });
  await assert.rejects(findOrCompile([cache], assert.fail, CC), (error: Error) => {
    assert.ok(error instanceof Failure);
    assert.match(error.message, /^the native kernel does not work with .*:\nit computes other numbers than/);
    assert.match(error.message, /after 200 steps at p = 7 .* \(expected [0-9a-f]{64}, arithmetic fused\)$/);
    return true;
  });
  assert.deepEqual(await readdir(cache), []);
});

test('a build is found where nothing can be written, and made where something can be', { skip }, async () => {
  const [nowhere, empty, full] = [
    '/proc/grokscope/kernel',
    join(folder, 'deep', 'empty'),
    join(folder, 'full'),
  ];
  await mkdir(full);
  const CC = await compilerOf(good);
  const made = await findOrCompile([full], assert.fail, CC);
  assert.equal((await findOrCompile([nowhere, full], assert.fail, CC)).path, made.path);
  assert.match((await findOrCompile([nowhere, empty], assert.fail, CC)).path, /deep\/empty/);
  await assert.rejects(findOrCompile([nowhere], assert.fail, CC), (error: Error) => {
    assert.ok(error instanceof Failure);
    assert.match(error.message, /no folder to be compiled in \(tried \/proc\/grokscope\/kernel\)$/);
    return true;
  });
});

test('a compiler in a path with spaces works, with arguments too', async () => {
  const spaced = join(folder, 'my  tools', 'a cc');
  await mkdir(join(folder, 'my  tools'));
  await copyFile(await compilerOf(good), spaced);
  assert.deepEqual(await findCompiler(spaced), { command: spaced, args: [], version: 'copier 1.0' });
  const script = '#!/bin/sh\n[ "$1 $2 $3" = "-O2  --version" ] || [ "$1 $2" = "-O2 -g" ] && echo two\n';
  await writeFile(spaced, script, { mode: 0o755 });
  assert.deepEqual(await findCompiler(` ${spaced}  -O2\t-g`), {
    command: spaced,
    args: ['-O2', '-g'],
    version: 'two',
  });
});

test('a compiler named by the user that does not work is reported with its first line; another one is not', async () => {
  const broken = join(folder, 'broken');
  await writeFile(broken, '#!/bin/sh\necho "broken: unknown option" >&2\necho more >&2\nexit 1\n', {
    mode: 0o755,
  });
  const plain = join(folder, 'plain');
  await writeFile(plain, 'text');
  await chmod(plain, 0o644);
  for (const [CC, why] of [
    ['clang-99', 'there is no such command'],
    [`${broken} -Weverything`, 'broken: unknown option'],
    [plain, 'it may not be run'],
    [folder, 'it may not be run'],
  ] as const)
    await assert.rejects(findCompiler(CC), (error: Error) => {
      assert.equal(error.message, `CC="${CC}" does not work: ${why}`);
      assert.ok(!(error instanceof NoCompiler));
      return true;
    });
  const { PATH } = process.env;
  try {
    process.env.PATH = folder;
    await rm(join(folder, 'cc'), { force: true });
    await assert.rejects(findCompiler(''), NoCompiler);
  } finally {
    process.env.PATH = PATH;
  }
});

test('an engine that is not the one in the key is refused with what differs', () => {
  const key = { engine: 'native', compiler: 'cc: 12' };
  refuseOther({ ...key }, key);
  for (const [opened, says] of [
    [{ engine: 'wasm', module: 'abc' }, /engine was native, is wasm/],
    [{ ...key, compiler: 'cc: 13' }, /compiler was cc: 12, is cc: 13/],
    [{ ...key, more: 'x' }, /more was none, is x/],
  ] as const)
    assert.throws(() => refuseOther(opened, key), says);
});
