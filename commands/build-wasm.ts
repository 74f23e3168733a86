/**
 * `npm run build:wasm`: compiles kernel.wasm with Debian 12's clang 14 and lld 14, which give the same bytes everywhere.
 * With --check it compares with the committed file instead and exits 1 where they differ.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../lib/files/failure.ts';
import { sourceFiles } from '../lib/engines/kernel/sources.ts';
import { runCommand } from './command.ts';
import { readOptions } from './options.ts';

const MODULE = fileURLToPath(new URL('../lib/engines/kernel/wasm/kernel.wasm', import.meta.url));

// No multiply-add and no relaxed SIMD: every machine computes the same bits.
const COMPILE = [
  '--target=wasm32-unknown-unknown',
  '-std=gnu11',
  '-O3',
  '-ffreestanding',
  '-msimd128',
  '-mbulk-memory',
  '-matomics',
  '-mmutable-globals',
  '-ffp-contract=off',
  '-fno-math-errno',
  // Its rewriting of addresses makes negative offsets, which WebAssembly's loads do not have.
  '-mllvm',
  '-disable-lsr',
];
const LINK = [
  '--no-entry',
  '--import-memory',
  '--shared-memory',
  '--max-memory=4294967296',
  '-z',
  'stack-size=65536',
  '--export=__stack_pointer',
  '--strip-all',
];

/** The module's bytes. */
function compile(): Buffer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'grokscope-wasm-'));
  try {
    const objects = sourceFiles('wasm').map((source) => {
      const object = path.join(folder, `${path.basename(source)}.o`);
      execFileSync('clang-14', [...COMPILE, '-c', source, '-o', object], { stdio: 'inherit' });
      return object;
    });
    const module = path.join(folder, 'kernel.wasm');
    execFileSync('wasm-ld-14', [...LINK, ...objects, '-o', module], { stdio: 'inherit' });
    return readFileSync(module);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const OPTIONS = { check: { type: 'boolean' } } as const;

await runCommand(async (args, env) => {
  const { check } = readOptions('build:wasm', args, OPTIONS, env);
  const bytes = compile();
  if (!check) writeFileSync(MODULE, bytes);
  else if (!bytes.equals(readFileSync(MODULE)))
    throw new Failure(
      'lib/engines/kernel/wasm/kernel.wasm is not what its source gives',
      'run `npm run build:wasm` and commit it',
    );
  return 0;
});
