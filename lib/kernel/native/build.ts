// Compiles the kernel with the system's C compiler for this very CPU, once: the addon is kept by the hash of source, flags,
// compiler and CPU. The one door to node-api-headers.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, lstat, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { include_dir as nodeApiHeaders } from 'node-api-headers';
import { ExpectedError } from '../../files/expected-error.ts';
import { hashSources, sourceFiles } from '../sources.ts';

export { nodeApiHeaders };

const run = promisify(execFile);

const PROJECT_CACHE = fileURLToPath(new URL('../../../.cache/kernel/', import.meta.url));

// Contraction to multiply-add is asked for by name, everything else is IEEE: no -ffast-math.
const FLAGS = ['-std=gnu11', '-O3', '-ffp-contract=fast', '-fno-math-errno'];
const CPU_FLAGS: Record<string, string[]> = {
  x64: ['-march=native', '-mprefer-vector-width=512'],
  arm64: ['-mcpu=native'],
};
/** Flags for this very CPU. */
export const cpuFlags = (): string[] => [...FLAGS, ...(CPU_FLAGS[process.arch] ?? [])];

const LINK_FLAGS: Record<string, string[]> = {
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
};

export interface NativeBuild {
  /** The addon, verified to load. */
  readonly path: string;
  /** What it was made by and for; two builds with equal identities compute the same bits. */
  readonly identity: Record<string, string>;
}

export interface Compiler {
  readonly command: string;
  readonly args: string[];
  readonly version: string;
}

/** $CC where it is set, else the first that answers of cc, gcc, clang. Throws ExpectedError where none does. */
export async function findCompiler(): Promise<Compiler> {
  const candidates = process.env.CC?.trim() ? [process.env.CC.trim()] : ['cc', 'gcc', 'clang'];
  for (const candidate of candidates) {
    const [command = '', ...args] = candidate.split(/\s+/);
    try {
      const { stdout } = await run(command, [...args, '--version']);
      return { command, args, version: stdout.split('\n')[0]!.trim() };
    } catch {
      // not this one
    }
  }
  throw new ExpectedError(
    `no C compiler (tried ${candidates.join(', ')})`,
    'install gcc or clang, or name one in CC; or use engine: wasm',
  );
}

/** The CPU as a compiler's "native" sees it: model and feature flags. */
async function cpuIdentity(): Promise<string> {
  const model = os.cpus()[0]?.model ?? 'unknown';
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const features = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(info)?.[1] ?? '';
  return `${model} ${createHash('sha256').update(features).digest('hex').slice(0, 8)}`;
}

/** The project's own cache; where the project is read-only, a folder of this user's in the system's temporary one. */
async function cacheFolder(): Promise<string> {
  try {
    await mkdir(PROJECT_CACHE, { recursive: true });
    await access(PROJECT_CACHE, constants.W_OK);
    return PROJECT_CACHE;
  } catch {
    const user = process.getuid?.() ?? 0;
    const folder = path.join(os.tmpdir(), `grokscope-kernel-${user}`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = await lstat(folder);
    // Code is loaded from here: nobody else may have made it or write to it.
    const isOurs = uid === user && (mode & 0o022) === 0;
    return isOurs ? folder : mkdtemp(`${folder}-`);
  }
}

/** Loads the addon in a process of its own, so that one that does not work here cannot harm this one. */
async function tryLoad(addon: string): Promise<void> {
  await run(process.execPath, ['-e', 'process.dlopen({ exports: {} }, process.argv[1])', addon]);
}

async function compile(compiler: Compiler, flags: readonly string[], addon: string): Promise<void> {
  const partial = `${addon}.${process.pid}.node`;
  try {
    const args = [...flags, `-I${nodeApiHeaders}`, ...sourceFiles('native'), '-lpthread', '-o', partial];
    await run(compiler.command, [...compiler.args, ...args]);
    await tryLoad(partial);
    await rename(partial, addon);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new ExpectedError(
      `the native kernel does not compile with ${compiler.version}:\n${(stderr ?? message).trim()}`,
      'name another compiler in CC, or use engine: wasm',
    );
  } finally {
    await rm(partial, { force: true });
  }
}

let built: Promise<NativeBuild> | undefined;

/** The addon for this machine, compiled if need be. Throws ExpectedError, with the compiler's words, where that fails. */
export const buildNative = (): Promise<NativeBuild> => (built ??= findOrCompile());

async function findOrCompile(): Promise<NativeBuild> {
  const compiler = await findCompiler();
  const flags = [
    ...cpuFlags(),
    '-fPIC',
    '-fvisibility=hidden',
    ...(LINK_FLAGS[process.platform] ?? ['-shared']),
  ];
  const command = [path.basename(compiler.command), ...compiler.args].join(' ');
  const identity = {
    engine: 'native',
    compiler: `${command}: ${compiler.version}`,
    flags: flags.join(' '),
    cpu: await cpuIdentity(),
  };
  const key = createHash('sha256').update(JSON.stringify([identity, await hashSources('native')]));
  const addon = path.join(await cacheFolder(), `${key.digest('hex').slice(0, 32)}.node`);
  const isBuilt = await access(addon).then(
    () => true,
    () => false,
  );
  if (!isBuilt) await compile(compiler, flags, addon);
  return { path: addon, identity };
}
