// Where the builds come from, and what happens on machines that lack something. Each case in a process of its own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildNative } from '../../../lib/engines/kernel/native/build.ts';
import { kernelIdentity } from '../../../lib/engines/kernel/identity.ts';
import { openKernel } from '../../../lib/engines/kernel/kernel.ts';
import { sourceFiles } from '../../../lib/engines/kernel/sources.ts';
import { loader } from '../../loader.ts';
import { testEachBuild } from './models.ts';
import { missing } from './which-processors.ts';

const run = promisify(execFile);
/** Relaxed SIMD came to V8 with Node 22. */
const withoutCompiler = Number(process.versions.node.split('.')[0]) >= 22 ? 'relaxed' : 'wasm';
const lib = (name: string): string => new URL(`../../../lib/engines/kernel/${name}`, import.meta.url).href;

/** What a program in TypeScript prints, with CC set. */
async function output(source: string, CC?: string): Promise<string> {
  const env = { ...process.env, ...(CC !== undefined && { CC }) };
  const args = ['--import', loader, '--input-type=module', '-e', source];
  return (await run(process.execPath, args, { env })).stdout.trim();
}

test('without a compiler that works, auto says why and is WebAssembly; native fails with a remedy', async () => {
  const source = `
    import { openKernel } from '${lib('kernel.ts')}';
    import { kernelIdentity } from '${lib('identity.ts')}';
    console.log((await openKernel('auto')).build, (await kernelIdentity('auto')).engine);
    await openKernel('native').catch((error) => console.log(error.name, '|', error.remedy));`;
  const lines = (await output(source, '/nonexistent/cc')).split('\n');
  assert.deepEqual(lines, [
    'the kernel runs as WebAssembly: CC="/nonexistent/cc" does not work: there is no such command',
    `${withoutCompiler} kernel`,
    'Failure | install gcc or clang, or name one in CC; or use engine: wasm',
  ]);
});

test("where the compiler fails, the error has the compiler's own words", async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'grokscope-cc-'));
  t.after(() => rm(folder, { recursive: true }));
  const compiler = path.join(folder, 'cc');
  const script =
    '#!/bin/sh\n[ "$1" = --version ] && echo "broken 1.0" && exit\necho "no such header" >&2\nexit 1\n';
  await writeFile(compiler, script, { mode: 0o755 });
  const source = `
    import { openKernel } from '${lib('kernel.ts')}';
    await openKernel('native').catch((error) => console.log(error.message, '|', error.remedy));`;
  assert.equal(
    await output(source, compiler),
    'the native kernel does not compile with broken 1.0:\nno such header | name another compiler in CC, or use engine: wasm',
  );
});

test('two processes that compile at once both get a whole addon', { skip: missing('cc') }, async (t) => {
  const source = `
    import { buildNative } from '${lib('native/build.ts')}';
    import { loadNative } from '${lib('native/core.ts')}';
    const { path } = await buildNative();
    loadNative(path);
    console.log(path);`;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'grokscope-cc-'));
  const CC = path.join(folder, 'cc-at-once'); // a name that only this test uses; it copies what was compiled before
  const { path: addon } = await buildNative();
  const script = `#!/bin/sh
[ "$1" = --version ] && exec cc --version
while [ "$1" != -o ]; do shift; done
exec cp '${addon}' "$2"
`;
  await writeFile(CC, script, { mode: 0o755 });
  const [first, second] = await Promise.all([output(source, CC), output(source, CC)]);
  t.after(() => Promise.all([rm(first), rm(folder, { recursive: true })]));
  assert.match(first, /\.node$/);
  assert.equal(first, second);
});

testEachBuild('a process that leaves a model open ends by itself', async (build) => {
  const source = `
    import { openKernel } from '${lib('kernel.ts')}';
    const config = { p: 5, d_model: 4, n_heads: 1, d_head: 2, d_mlp: 3 };
    const model = await (await openKernel('${build}')).open(config, 3);
    const rows = { a: Int32Array.of(1), b: Int32Array.of(2), label: Int32Array.of(3) };
    console.log((await model.evaluate(rows)).loss);`;
  assert.equal(Number(await output(source)).toFixed(6), Math.log(5).toFixed(6));
});

testEachBuild('the identity in the key is that of the kernel that runs', async (build) => {
  const { identity, arithmetic } = await openKernel(build);
  assert.deepEqual(await kernelIdentity(build), identity);
  assert.deepEqual(Object.keys(identity), ['engine', 'arithmetic', 'source']);
  assert.equal(identity['arithmetic'], arithmetic);
});

const isLong = Boolean(process.env['GROKSCOPE_LONG']);
test(
  'the WebAssembly modules are what their source gives, byte for byte',
  { skip: isLong ? missing('clang-16', 'wasm-ld-16') : 'tried by npm run test:long and .ci/run' },
  async () => {
    const script = fileURLToPath(new URL('../../../commands/build-wasm.ts', import.meta.url));
    await run(process.execPath, ['--import', loader, script, '--check']);
  },
);

test('the source compiles for AArch64', { skip: missing('clang') }, async () => {
  const sources = sourceFiles('native').filter((file) => !file.includes('/native/'));
  const flags = [
    '--target=aarch64-linux-gnu',
    '-std=gnu11',
    '-O1',
    '-ffreestanding',
    '-fsyntax-only',
    '-Werror',
  ];
  await run('clang', [...flags, ...sources]);
});
