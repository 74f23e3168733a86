// Finds the build of the kernel that a name stands for on this machine, and what its results depend on, for the key of
// a stage. The build is loaded, so that what the key says is true: a native build is compiled and checked if it is not
// there yet, and the multiply-add of WebAssembly is tried.
import { Failure } from '../../files/failure.ts';
import type { Identity, Note } from '../engine.ts';
import type { Library } from './core.ts';
import { buildNative } from './native/build.ts';
import { NoCompiler } from './native/compiler.ts';
import { hashKernel } from './sources.ts';

export type Build = 'native' | 'relaxed' | 'wasm';
/** `auto`: the first of FASTEST_FIRST that works here. */
export type KernelName = 'auto' | Build;

export interface FoundBuild {
  readonly build: Build;
  readonly loaded: Library;
  /** Compiler, flags and CPU, for the log: results do not depend on them. */
  readonly made: Readonly<Record<string, string>>;
}

const FIND: Record<Build, (note: Note) => Promise<FoundBuild>> = {
  native: async (note) => {
    const loaded = await buildNative(note);
    return { build: 'native', loaded, made: loaded.made };
  },
  // Imported only when needed: a run with nothing to do asks only for the native build.
  relaxed: async () => {
    const { loadRelaxed } = await import('./wasm/core.ts');
    return { build: 'relaxed', loaded: await loadRelaxed(), made: {} };
  },
  wasm: async () => {
    const { loadWasm } = await import('./wasm/core.ts');
    return { build: 'wasm', loaded: await loadWasm(), made: {} };
  },
};
const FASTEST_FIRST = ['native', 'relaxed', 'wasm'] as const;

/**
 * Finds and loads the build called `name`. `note` is called, at most once, with what a user would not expect. Throws
 * Failure if a build is named and does not work here.
 */
export async function findBuild(name: KernelName, note: Note = console.log): Promise<FoundBuild> {
  if (name !== 'auto') return FIND[name](note);
  for (const build of FASTEST_FIRST.slice(0, -1))
    try {
      return await FIND[build](note);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (build === 'native') tellWhy(error, note);
    }
  return FIND.wasm(note);
}

let told = false;

function tellWhy(error: Failure, note: Note): void {
  const [what, why = ''] = error.message.split('\n');
  const line = `the kernel runs as WebAssembly: ${what} ${why}`.trimEnd();
  // A missing compiler need not be mentioned in every run; the log and the key say what ran.
  if (error instanceof NoCompiler) console.log(line);
  else if (!told) note(line);
  told = true;
}

/** What results depend on: the arithmetic and the source, but not the compiler, the processor or the build. */
export const identityOf = async ({ arithmetic }: Library): Promise<Identity> => ({
  engine: 'kernel',
  arithmetic,
  source: await hashKernel(),
});

/** The identity of the build that `findBuild` finds. */
export const kernelIdentity = async (name: KernelName, note?: Note): Promise<Identity> =>
  identityOf((await findBuild(name, note)).loaded);

/** What computes here, in words for a log. */
export async function kernelRunsOn(name: KernelName): Promise<Readonly<Record<string, string>>> {
  const { build, loaded, made } = await findBuild(name);
  return { kernel: build, arithmetic: loaded.arithmetic, ...made };
}
