// What training would run on, for the key of its stage: found out without loading the kernel. A native build is compiled
// if it is not there yet, so that `auto` says what openKernel('auto') will really use.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buildNative } from './native/build.ts';

const WASM_FILE = new URL('./wasm/kernel.wasm', import.meta.url);

/** Name and make of the build that `engine` stands for on this machine. Throws ExpectedError for `native` without a compiler. */
export async function engineIdentity(engine: 'auto' | 'native' | 'wasm'): Promise<Record<string, string>> {
  if (engine !== 'wasm')
    try {
      return (await buildNative()).identity;
    } catch (error) {
      if (engine === 'native') throw error;
    }
  const hash = createHash('sha256').update(await readFile(WASM_FILE));
  return { engine: 'wasm', module: hash.digest('hex') };
}
