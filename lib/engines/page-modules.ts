// Reads the WebAssembly builds that a page carries from kernel/wasm.
import { readFile } from 'node:fs/promises';

const RELAXED = new URL('./kernel/wasm/page-relaxed.wasm', import.meta.url);
const PLAIN = new URL('./kernel/wasm/page.wasm', import.meta.url);

/** Both builds, page-relaxed.wasm and page.wasm. */
export interface PageModules {
  readonly relaxed: Uint8Array;
  readonly plain: Uint8Array;
}

export const readPageModules = async (): Promise<PageModules> => ({
  relaxed: await readFile(RELAXED),
  plain: await readFile(PLAIN),
});
