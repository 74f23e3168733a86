// What training would run on, for the key of its stage: a native build is compiled if it is not there yet, checked and
// loaded, so that `auto` says what openKernel('auto') will really use.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Failure } from '../../files/failure.ts';
import type { Identity, Note } from '../engine.ts';
import { buildNative, type NativeBuild } from './native/build.ts';
import { NoCompiler } from './native/compiler.ts';

const WASM_FILE = new URL('./wasm/kernel.wasm', import.meta.url);

export type KernelName = 'auto' | 'native' | 'wasm';

/**
 * Name and make of the build that `engine` stands for on this machine. `note` is told, once, what a user would not
 * expect. Throws Failure for `native` without a compiler.
 */
export async function kernelIdentity(engine: KernelName, note?: Note): Promise<Identity> {
  const native = engine === 'wasm' ? null : await findNative(engine, note);
  if (native) return native.identity;
  const hash = createHash('sha256').update(await readFile(WASM_FILE));
  return { engine: 'wasm', module: hash.digest('hex') };
}

let told = false;

/** The native build; null where `auto` does without. */
export async function findNative(
  engine: 'auto' | 'native',
  note: Note = console.log,
): Promise<NativeBuild | null> {
  try {
    return await buildNative(note);
  } catch (error) {
    if (engine === 'native' || !(error instanceof Failure)) throw error;
    const [what, why = ''] = error.message.split('\n');
    const line = `the kernel runs as WebAssembly: ${what} ${why}`.trimEnd();
    // That nobody installed a compiler is no news on every run; the log and the key say what ran.
    if (error instanceof NoCompiler) console.log(line);
    else if (!told) note(line);
    told = true;
    return null;
  }
}
