/**
 * `npm run build:wasm`: compiles the kernel's WebAssembly modules with Debian 12's clang 16 and lld 16, which give the
 * same bytes everywhere. With --check it compares them with the committed files instead, and exits with 1 if one
 * differs.
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

const FOLDER = fileURLToPath(new URL('../lib/engines/kernel/wasm/', import.meta.url));

const COMPILE = [
  '--target=wasm32-unknown-unknown',
  '-std=gnu11',
  '-O3',
  '-ffreestanding',
  '-msimd128',
  '-mbulk-memory',
  '-mmutable-globals',
  '-ffp-contract=off',
  '-fno-math-errno',
  // This pass generates negative offsets, which loads in WebAssembly cannot have.
  '-mllvm',
  '-disable-lsr',
];
const LINK = [
  '--no-entry',
  '--import-memory',
  '--max-memory=4294967296',
  '-z',
  'stack-size=65536',
  '--export=__stack_pointer',
  '--strip-all',
];

interface Module {
  readonly compile: readonly string[];
  readonly link: readonly string[];
}
const RELAXED = '-mrelaxed-simd';
const SHARED: Module = { compile: ['-matomics'], link: ['--shared-memory'] };
/** One thread, and memory that is not shared: a page opened from the file system may have no more. */
const ALONE: Module = { compile: [], link: [] };

const MODULES: Readonly<Record<string, Module>> = {
  'kernel.wasm': SHARED,
  'relaxed.wasm': { ...SHARED, compile: [...SHARED.compile, RELAXED] },
  'page.wasm': ALONE,
  'page-relaxed.wasm': { ...ALONE, compile: [RELAXED] },
};

/** A module's bytes. */
function compile({ compile, link }: Module): Buffer {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'grokscope-wasm-'));
  try {
    const objects = sourceFiles('wasm').map((source) => {
      const object = path.join(folder, `${path.basename(source)}.o`);
      execFileSync('clang-16', [...COMPILE, ...compile, '-c', source, '-o', object], { stdio: 'inherit' });
      return object;
    });
    const module = path.join(folder, 'module.wasm');
    execFileSync('wasm-ld-16', [...LINK, ...link, ...objects, '-o', module], { stdio: 'inherit' });
    return readFileSync(module);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const HELP = `Compiles the WebAssembly modules of the kernel, with Debian 12's clang-16 and lld-16.

  npm run build:wasm
  npm run build:wasm -- --check    writes nothing; exits with 1 if a committed module differs from what its source gives

  -h, --help   this text
`;

const OPTIONS = { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

await runCommand(async (args, env) => {
  const { check, help } = readOptions('build:wasm', args, OPTIONS, env);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  for (const [name, module] of Object.entries(MODULES)) {
    const bytes = compile(module);
    const file = path.join(FOLDER, name);
    if (!check) writeFileSync(file, bytes);
    else if (!bytes.equals(readFileSync(file)))
      throw new Failure(
        `lib/engines/kernel/wasm/${name} differs from what its source gives`,
        'run `npm run build:wasm` and commit it',
      );
  }
  return 0;
});
