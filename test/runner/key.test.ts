import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { canonicalJson } from '../../lib/files/canonical-json.ts';
import { findClosure, type Closure } from '../../lib/runner/code/closure.ts';
import { Hashes } from '../../lib/runner/disk/hashes.ts';
import { compareKeys, hashKey, type Key } from '../../lib/runner/key/key.ts';

const KEY: Key = {
  format: 1,
  script: 'stages/a.ts',
  params: { seed: 999, pretrained: { sha256: 'aa' } },
  inputs: { 'dataset/pairs.arrow': 'bb' },
  code: { 'lib/kernel/kernel.c': 'cc', 'stages/a.ts': 'dd' },
  packages: { valibot: '1.5.0' },
  identity: { compiler: 'cc 12' },
  env: { CC: null },
  node: '20',
  platform: 'linux-x64',
};

test('the hash of a key is that of its content, whatever the order of its fields', () => {
  const reversed = Object.fromEntries(Object.entries(KEY).reverse()) as unknown as Key;
  assert.equal(hashKey(reversed), hashKey(KEY));
  assert.equal(canonicalJson({ b: [1, { d: null, c: 'x' }], a: -0 }), '{"a":0,"b":[1,{"c":"x","d":null}]}');
});

test('every field that differs is named, and changes the hash', () => {
  const changes: [Partial<Key>, string][] = [
    [{ params: { ...KEY.params, seed: 1 } }, 'params.seed: 999 -> 1'],
    [{ params: { ...KEY.params, pretrained: { sha256: 'ab' } } }, 'params.pretrained changed'],
    [{ params: { ...KEY.params, pretrained: null } }, 'params.pretrained: {"sha256":"aa"} -> null'],
    [{ inputs: { 'dataset/pairs.arrow': 'b0' } }, 'dataset/pairs.arrow changed'],
    [{ code: { ...KEY.code, 'lib/kernel/kernel.c': 'c0' } }, 'lib/kernel/kernel.c changed'],
    [{ code: { 'stages/a.ts': 'dd' } }, 'lib/kernel/kernel.c removed'],
    [{ code: { ...KEY.code, 'lib/x.ts': 'ee' } }, 'lib/x.ts added'],
    [{ packages: { valibot: '1.6.0' } }, 'valibot: 1.5.0 -> 1.6.0'],
    [{ identity: { compiler: 'clang 14' } }, 'identity.compiler: cc 12 -> clang 14'],
    [{ env: { CC: 'clang' } }, 'env.CC: none -> clang'],
    [{ node: '22' }, 'node: "20" -> "22"'],
    [{ platform: 'darwin-arm64' }, 'platform: "linux-x64" -> "darwin-arm64"'],
    [{ script: 'stages/b.ts' }, 'script: "stages/a.ts" -> "stages/b.ts"'],
  ];
  for (const [change, line] of changes) {
    assert.deepEqual(compareKeys(KEY, { ...KEY, ...change }), [line]);
    assert.notEqual(hashKey({ ...KEY, ...change }), hashKey(KEY));
  }
  assert.deepEqual(compareKeys(KEY, structuredClone(KEY)), []);
});

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'grokscope-key-'));
});
after(() => rm(root, { recursive: true, force: true }));

async function closureOf(files: Readonly<Record<string, string>>): Promise<Closure> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return findClosure(root, 'stages/a.ts', join(root, '.cache'), Hashes.blank());
}

const FILES = {
  'stages/a.params.ts': `export const params = 1;`,
  'stages/a.ts': `import { x } from '../lib/x.ts'; import type { T } from '../lib/types.ts'; import 'plot/inner'; import fs from 'fs';
    const worker = new URL('../lib/worker.ts', import.meta.url), absent = new URL("./absent.wasm", import.meta.url);
    const place = new URL('../.cache/built/', import.meta.url); export default [x, worker, absent, place, fs];`,
  'lib/x.ts': `export const x = import.meta.resolve('@scope/font/a.ttf');
    createRequire(import.meta.url)('late/part.js'); createRequire(import.meta.url).resolve('later/package.json');`,
  'lib/types.ts': `export type T = number;`,
  'lib/worker.ts': `import './deep.ts'; new URL(\n  '../lib/kernel.c',\n  import.meta.url,\n);`,
  'lib/deep.ts': `export {};`,
  'lib/kernel.c': 'int main;',
  'lib/unrelated.ts': 'export {};',
};

test('the closure holds imports, assets, workers and what they import in turn; not types, not others', async () => {
  const { files, packages } = await closureOf(FILES);
  assert.deepEqual(Object.keys(files), [
    'lib/deep.ts',
    'lib/kernel.c',
    'lib/worker.ts',
    'lib/x.ts',
    'stages/a.params.ts',
    'stages/a.ts',
    'stages/absent.wasm',
  ]);
  assert.equal(files['stages/absent.wasm'], 'missing');
  assert.deepEqual(Object.keys(packages), ['@scope/font', 'late', 'later', 'plot']);
});

test('a kept closure is found again, and given up when a file of it changes or an absent one appears', async () => {
  const first = await closureOf(FILES);
  assert.deepEqual(await closureOf({}), first);
  const { files } = await closureOf({ 'lib/deep.ts': `import './unrelated.ts';` });
  assert.ok('lib/unrelated.ts' in files);
  assert.notEqual(files['lib/deep.ts'], first.files['lib/deep.ts']);
  const later = await closureOf({ 'stages/absent.wasm': 'made' });
  assert.match(later.files['stages/absent.wasm']!, /^[0-9a-f]{64}$/);
});

test('a URL that hides which file it reaches is refused, and broken code is told with its place', async () => {
  await assert.rejects(closureOf({ 'lib/deep.ts': `const name = 'x';\nnew URL(name, import.meta.url);` }), {
    message: 'lib/deep.ts:2 new URL(name, import.meta.url) hides which file it reaches',
  });
  await assert.rejects(
    closureOf({ 'lib/deep.ts': `const = 3;` }),
    /stages\/a\.ts cannot be read: lib\/deep\.ts:1:6/,
  );
});
