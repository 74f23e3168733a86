// The same commit gives the same keys on a system whose Git turns line ends into CRLF.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { textOf } from '../../lib/runner/code/texts.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const FILES = [
  'lib/engines/kernel/kernel.c',
  'lib/engines/kernel/wasm/kernel.wasm',
  'lib/report/page/parts/style.css',
  'pipeline.yaml',
];

test('a checkout with core.autocrlf has the bytes of the repository', async (t) => {
  const clone = await mkdtemp(join(tmpdir(), 'grokscope-clone-'));
  t.after(() => rm(clone, { recursive: true, force: true }));
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-c', 'core.autocrlf=true', ...args], { cwd: clone, stdio: 'pipe' });
  for (const path of ['.gitattributes', ...FILES])
    await cp(join(repository, path), join(clone, path), { recursive: true });
  git('init', '-q');
  git('add', '.');
  for (const path of FILES) await rm(join(clone, path));
  git('checkout-index', '--all');
  for (const path of FILES)
    assert.ok((await readFile(join(clone, path))).equals(await readFile(join(repository, path))), path);
});

test('line ends of TypeScript are of no account, in templates either', async () => {
  const source = 'export const a: string = `one\ntwo`; // three\n\nexport const b = 1;\n';
  const { code } = await textOf('a.ts', source);
  assert.equal((await textOf('a.ts', source.replaceAll('\n', '\r\n'))).code, code);
});
