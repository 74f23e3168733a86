// The native build: compiled once for this CPU with the system's C compiler, checked, and loaded. The name of an addon
// has the hash of source, flags, compiler and CPU, and the hash of its own bytes, so that damage is noticed before it
// is loaded. Only this file imports node-api-headers.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  access,
  constants,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serialize } from 'node:v8';
import { include_dir as nodeApiHeaders } from 'node-api-headers';
import { Failure } from '../../../files/failure.ts';
import type { Note } from '../../engine.ts';
import { nameArithmetic, type Library } from '../core.ts';
import { FIRST_RUNS, knownAdamw, knownStart } from '../known-bits.ts';
import { hashSources, sourceFiles } from '../sources.ts';
import { cpuFlags, findCompiler, type Compiler } from './compiler.ts';
import { loadNative } from './core.ts';

export { nodeApiHeaders };

const run = promisify(execFile);

const PROJECT_CACHE = fileURLToPath(new URL('../../../../.cache/kernel/', import.meta.url));
/** Trains with an addon in a process of its own, so that one that does not work cannot harm this one. */
const CHECK = fileURLToPath(new URL('./check.js', import.meta.url));

const LINK_FLAGS: Record<string, string[]> = {
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
};

export interface NativeBuild extends Library {
  readonly path: string;
  /** Compiler, flags and CPU. */
  readonly made: Readonly<Record<string, string>>;
}

/** The CPU as a compiler's "native" sees it: model and feature flags. */
async function cpuIdentity(): Promise<string> {
  const model = os.cpus()[0]?.model ?? 'unknown';
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const features = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(info)?.[1] ?? '';
  return `${model} ${createHash('sha256').update(features).digest('hex').slice(0, 8)}`;
}

/** Makes a folder and its parent. Not with `recursive`, which on some file systems never ends in Node 20. */
async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  for (const each of [path.dirname(folder), folder])
    await mkdir(each, { mode }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
}

/** A folder of this user in the system's temporary folder, used if the project is read-only. */
async function temporaryFolder(): Promise<string> {
  const user = process.getuid?.() ?? 0;
  const folder = path.join(os.tmpdir(), `grokscope-kernel-${user}`);
  await makeFolder(folder, 0o700);
  const { uid, mode } = await lstat(folder);
  // Code is loaded from here: nobody else may have made it or write to it.
  const isOurs = uid === user && (mode & 0o022) === 0;
  return isOurs ? folder : mkdtemp(`${folder}-`);
}

const isWritable = (folder: string): Promise<boolean> =>
  makeFolder(folder)
    .then(() => access(folder, constants.W_OK))
    .then(
      () => true,
      () => false,
    );

let built: Promise<NativeBuild> | undefined;

/**
 * Loads the addon for this machine, and compiles it if need be. If it was damaged, it is built again, and `note` is told.
 * Throws Failure, with the compiler's words, if it cannot be built.
 */
export const buildNative = (note: Note = console.log): Promise<NativeBuild> =>
  (built ??= cacheFolders().then((folders) => findOrCompile(folders, note)));

/** The project's own cache and, if that cannot be written, a folder outside the project. */
async function cacheFolders(): Promise<string[]> {
  const other = (await isWritable(PROJECT_CACHE)) ? null : await temporaryFolder().catch(() => null);
  return other === null ? [PROJECT_CACHE] : [PROJECT_CACHE, other];
}

/** Like `buildNative`, but each call looks in `folders` anew. It compiles into the first of them that can be written. */
export async function findOrCompile(
  folders: readonly string[],
  note: Note,
  named?: string,
): Promise<NativeBuild> {
  const compiler = await findCompiler(named);
  const flags = [
    ...cpuFlags(),
    '-fPIC',
    '-fvisibility=hidden',
    ...(LINK_FLAGS[process.platform] ?? ['-shared']),
  ];
  const command = [path.basename(compiler.command), ...compiler.args].join(' ');
  const made = {
    compiler: `${command}: ${compiler.version}`,
    flags: flags.join(' '),
    cpu: await cpuIdentity(),
  };
  const hash = createHash('sha256').update(JSON.stringify([made, await hashSources('native')]));
  const key = hash.digest('hex').slice(0, 32);
  for (const addon of await listBuilds(folders, key))
    try {
      return { path: addon, made, ...(await loadWhole(addon)) };
    } catch (error) {
      const why = (error as Error).message.split('\n')[0];
      note(`the native kernel is built again: ${path.basename(addon).slice(0, 8)}... ${why}`);
      await rm(addon, { recursive: true, force: true }).catch(() => {}); // if it stays, it is replaced below
    }
  for (const folder of folders) {
    if (!(await isWritable(folder))) continue;
    const addon = await compile(compiler, flags, path.join(folder, key));
    return { path: addon, made, ...(await loadWhole(addon)) };
  }
  throw new Failure(
    `the native kernel has no folder to be compiled in (tried ${folders.join(', ')})`,
    'make one of them writable, or use engine: wasm',
  );
}

async function listBuilds(folders: readonly string[], key: string): Promise<string[]> {
  const names = folders.map(async (folder) =>
    (await readdir(folder).catch(() => []))
      .filter((name) => name.startsWith(`${key}-`) && name.endsWith('.node'))
      .map((name) => path.join(folder, name)),
  );
  return (await Promise.all(names)).flat();
}

/** Loads an addon, after checking that its bytes have the hash in its name. */
async function loadWhole(addon: string): Promise<Library> {
  if (!(await lstat(addon)).isFile()) throw new Error('is not a file');
  if (!addon.endsWith(nameEnd(await readFile(addon)))) throw new Error('is damaged');
  return loadNative(addon);
}

const nameEnd = (bytes: Uint8Array): string =>
  `-${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}.node`;

/** Compiles an addon. It gets its name, which begins with `stem`, only when it has been checked and is on the disk. */
async function compile(compiler: Compiler, flags: readonly string[], stem: string): Promise<string> {
  const partial = `${stem}.${process.pid}.node`;
  const step = async <T>(what: string, action: Promise<T>): Promise<T> => {
    try {
      return await action;
    } catch (error) {
      const { stderr = '', message } = error as Error & { stderr?: string };
      throw new Failure(
        `the native kernel ${what} with ${compiler.version}:\n${stderr.trim() || message}`,
        'name another compiler in CC, or use engine: wasm',
      );
    }
  };
  try {
    const args = [...flags, `-I${nodeApiHeaders}`, ...sourceFiles('native'), '-lpthread', '-o', partial];
    await step('does not compile', run(compiler.command, [...compiler.args, ...args]));
    await step('does not work', checkBits(partial));
    const addon = stem + nameEnd(await sync(partial));
    await rename(partial, addon);
    return addon;
  } finally {
    await rm(partial, { force: true });
  }
}

const CHECK_MS = 60_000; // a check takes well under a second: only a kernel that hangs takes this long

/** Throws if the addon does not train FIRST_RUNS to the known bits. */
async function checkBits(addon: string): Promise<void> {
  const jobs = FIRST_RUNS.map((known) => ({ ...known, ...knownStart(known), adamw: knownAdamw() }));
  const checked = run(process.execPath, [CHECK, addon], { timeout: CHECK_MS });
  checked.child.stdin!.on('error', () => {}).end(serialize(jobs)); // if it has crashed, its own error says more
  const { is_fused, sha256 } = JSON.parse((await checked).stdout) as { is_fused: number; sha256: string[] };
  const arithmetic = nameArithmetic(is_fused);
  FIRST_RUNS.forEach(({ config, steps, sha256: known }, i) => {
    if (sha256[i] !== known[arithmetic])
      throw new Error(
        `it computes other numbers than the kernel does elsewhere: after ${steps} steps at p = ${config.p} the SHA-256 of ` +
          `its weights is ${sha256[i]} (expected ${known[arithmetic]}, arithmetic ${arithmetic})`,
      );
  });
}

/** Flushes a file to the disk and returns its bytes. */
async function sync(file: string): Promise<Uint8Array> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}
