// Which build of the kernel a name stands for on this machine, and what that makes of results, for the key of a stage. The
// build that is found is loaded, so that what is said of it is true: a native one is compiled if it is not there yet and
// checked, a multiply-add of WebAssembly is tried.
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
  /** What it was made by and for: of no influence on results. */
  readonly made: Readonly<Record<string, string>>;
}

const FIND: Record<Build, (note: Note) => Promise<FoundBuild>> = {
  native: async (note) => {
    const loaded = await buildNative(note);
    return { build: 'native', loaded, made: loaded.made };
  },
  // Imported when it is needed: a run with nothing to do asks for the native build alone.
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
 * The build of that name, loaded. `note` is told, once, what a user would not expect. Throws Failure where the one that
 * is named does not work here.
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
  // That nobody installed a compiler is no news on every run; the log and the key say what ran.
  if (error instanceof NoCompiler) console.log(line);
  else if (!told) note(line);
  told = true;
}

/** What results depend on: the arithmetic and the source, whichever compiler, processor or build. */
export const identityOf = async ({ arithmetic }: Library): Promise<Identity> => ({
  engine: 'kernel',
  arithmetic,
  source: await hashKernel(),
});

/** As findBuild. */
export const kernelIdentity = async (name: KernelName, note?: Note): Promise<Identity> =>
  identityOf((await findBuild(name, note)).loaded);

/** What computes here, in words for a log. */
export async function kernelRunsOn(name: KernelName): Promise<Readonly<Record<string, string>>> {
  const { build, loaded, made } = await findBuild(name);
  return { kernel: build, arithmetic: loaded.arithmetic, ...made };
}
