// Files that a stage could read without the key seeing it: each way is in the key, or refused with its place.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { findClosure, type Closure } from '../../lib/runner/code/closure.ts';
import { Hashes } from '../../lib/runner/disk/hashes.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'grokscope-unseen-'));
  await write('stages/a.params.ts', 'export const params = 1;');
});
after(() => rm(root, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

async function closureOf(text: string): Promise<Closure> {
  await write('stages/a.ts', text);
  return findClosure(root, 'stages/a.ts', join(root, '.cache'), Hashes.blank());
}

const REQUIRE = `import { createRequire } from 'node:module';\n`;

test('what hides which file it reaches is refused by name and place', async () => {
  await write('lib/x.cjs', 'module.exports = 1;');
  await write('lib/y.ts', 'export const y = 1;');
  await write('lib/folder/z.txt', '');
  await write('package.json', '{ "type": "module", "imports": { "#y": "./lib/y.ts" } }');
  await symlink(join(root, 'lib/y.ts'), join(root, 'lib/link.ts'));
  const name = `// a comment\n\nconst name: string = './y' + '.ts';\n`;
  for (const [text, message] of [
    [`${name}await import(name);`, 'stages/a.ts:4 import(name)'],
    [`${name}await import(\`../lib/\${name}\`);`, 'stages/a.ts:4 import(`../lib/${name}`)'],
    [`${name}new URL(name, import.meta.url);`, 'stages/a.ts:4 new URL(name, import.meta.url)'],
    [`${name}\nimport.meta.resolve(name);`, 'stages/a.ts:5 import.meta.resolve(name)'],
    [`${REQUIRE}createRequire(import.meta.url)('../lib/x.cjs');`, "stages/a.ts:2 '../lib/x.cjs' is CommonJS"],
    [`import '../lib/x.cjs';`, "stages/a.ts:1 '../lib/x.cjs' is CommonJS"],
    [`${REQUIRE}const load = createRequire(import.meta.url);\nload('./y');`, 'stages/a.ts:2 createRequire('],
    [`${REQUIRE}createRequire(process.cwd() + '/a.js')('./y');`, 'stages/a.ts:2 createRequire('],
    [`import { createRequire as r } from 'node:module';\nr('/a.js');`, 'stages/a.ts:1 createRequire as r'],
    [`console.log(\n  import.meta.dirname);`, 'stages/a.ts:2 import.meta.dirname'],
    [`console.log(import.meta.filename);`, 'stages/a.ts:1 import.meta.filename'],
    [`const { dirname } = import.meta;`, 'stages/a.ts:1 import.meta'],
    [
      `import { fileURLToPath } from 'url';\nfileURLToPath(import.meta.url);`,
      'stages/a.ts:2 import.meta.url',
    ],
    [
      `new URL('../lib/folder/', import.meta.url);`,
      "stages/a.ts:1 new URL('../lib/folder/', import.meta.url)",
    ],
    [`new URL('../lib/folder', import.meta.url);`, "stages/a.ts:1 new URL('../lib/folder', import.meta.url)"],
    [`new Worker("import('./y.ts')", { eval: true });`, 'stages/a.ts:1 eval:true'],
    [`new Worker(code, { eval: true });`, 'stages/a.ts:1 eval:true'],
    [`import '#y';`, "stages/a.ts:1 '#y'"],
    [`import '../lib/y';`, "stages/a.ts:1 '../lib/y'"],
    [`\nimport '../lib/link.ts';`, "stages/a.ts:2 '../lib/link.ts'"],
  ] as const)
    await assert.rejects(closureOf(text), (error: Error & { remedy: string }) => {
      assert.ok(error.message.startsWith(message), `${text}\n${error.message}`);
      assert.ok(error.remedy.length > 0, text);
      return true;
    });
});

test('what is named by a plain string is in the key, and an edit of it is seen', async () => {
  await write('lib/data.json', '[1]');
  await write('lib/data.txt', 'text');
  const text = `${REQUIRE}import data from '../lib/data.json' with { type: 'json' };
    // import(name); import.meta.dirname: only words of a comment
    export const all = [data, import.meta.resolve('../lib/data.txt'), createRequire(import.meta.url)('../lib/more.json')];
    createRequire(import.meta.url).resolve('../lib/addon.node'); await import('../lib/late.ts');`;
  await write('lib/late.ts', 'export const late = 1;');
  const first = await closureOf(text);
  const paths = ['addon.node', 'data.json', 'data.txt', 'late.ts', 'more.json'].map((name) => `lib/${name}`);
  assert.deepEqual(Object.keys(first.files), [...paths, 'stages/a.params.ts', 'stages/a.ts']);
  assert.equal(first.files['lib/more.json'], 'missing');
  for (const path of paths) {
    const before = await closureOf(text);
    await write(path, path.endsWith('.ts') ? 'export const late = 2;' : '[2]');
    assert.notEqual((await closureOf(text)).files[path], before.files[path], path);
  }
});

test('tsconfig.json and package.json steer neither what is found nor what runs', async () => {
  const text = `import '@paths/y.ts'; export class A { a = 1; }`;
  const first = await closureOf(text);
  await write(
    'tsconfig.json',
    `{ "compilerOptions": { "paths": { "@paths/*": ["./lib/*"] }, "target": "es2015" } }`,
  );
  await write('package.json', '{ "type": "commonjs" }');
  assert.deepEqual(await closureOf(`${text}\n`), first);
  assert.deepEqual(first.packages, { '@paths/y.ts': 'not installed' });
});
