// The C sources of the kernel: those that both builds share, and those of each build.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const COMMON = [
  new URL('./kernel.c', import.meta.url),
  new URL('./tables.c', import.meta.url),
  new URL('./pairs.c', import.meta.url),
  new URL('./setup.c', import.meta.url),
  new URL('./team.c', import.meta.url),
];
const HEADERS = [
  new URL('./kernel.h', import.meta.url),
  new URL('./product.h', import.meta.url),
  new URL('./vector.h', import.meta.url),
];
const OWN = {
  native: [new URL('./native/addon.c', import.meta.url), new URL('./native/platform.c', import.meta.url)],
  wasm: [new URL('./wasm/exports.c', import.meta.url)],
};

/** Paths of the files to compile for a build. */
export const sourceFiles = (build: keyof typeof OWN): string[] =>
  [...COMMON, ...OWN[build]].map((url) => fileURLToPath(url));

/** SHA-256 of what decides the bits of every build, as hex. */
export const hashKernel = (): Promise<string> => hashOf([...COMMON, ...HEADERS]);

/** SHA-256 of everything that a build is compiled from, as hex. */
export const hashSources = (build: keyof typeof OWN): Promise<string> =>
  hashOf([...COMMON, ...HEADERS, ...OWN[build]]);

async function hashOf(files: readonly URL[]): Promise<string> {
  const hash = createHash('sha256');
  for (const url of files) hash.update(await readFile(url)).update('\0');
  return hash.digest('hex');
}
