// A page that trains with the kernel in a worker, opened from the file system, for tests in browsers: the same code that
// drives the native build.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Arithmetic } from '../../../lib/engines/kernel/known-bits.ts';
import { assertKnown, hashOf, SHORT_RUNS } from './known-runs.ts';

const lib = fileURLToPath(new URL('../../../lib/engines/kernel/', import.meta.url));

/** Trains what it is sent, and sends back the arithmetic and, as base64, all weights. */
const WORKER = `
import { loadInPage } from './wasm/page.ts';
import { KernelModel } from './model.ts';
import { knownStart } from './known-bits.ts';

const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};
onmessage = async ({ data: { relaxed, plain, runs, adamw } }) => {
  const library = await loadInPage(relaxed, plain);
  const weights = [];
  for (const run of runs) {
    const model = new KernelModel({}, run.config, await library.open(run.config, 1), () => {});
    const start = knownStart(run);
    model.writeState({ weights: start.weights });
    await model.train(start.pairs, adamw, run.steps);
    weights.push(toBase64(new Uint8Array(model.readState().weights.buffer)));
    model.close();
  }
  postMessage({ arithmetic: library.arithmetic, weights });
};`;

/**
 * Writes a page with the worker and both modules in it, and returns its file:// address. It has a function `train(job)`; where
 * `script` is given, the page runs it.
 */
export async function writeWorkerPage(folder: string, script = ''): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: WORKER, resolveDir: lib, loader: 'ts' },
    bundle: true,
    platform: 'browser', // where there is no node:
    write: false,
  });
  const module = async (name: string): Promise<string> =>
    (await readFile(join(lib, 'wasm', name))).toString('base64');
  const page = join(folder, 'page.html');
  const source = JSON.stringify(outputFiles[0]!.text).replaceAll('<', '\\u003c');
  await writeFile(
    page,
    `<!doctype html><meta charset="utf-8"><title>kernel</title><script>
const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const relaxed = fromBase64('${await module('page-relaxed.wasm')}'), plain = fromBase64('${await module('page.wasm')}');
const train = (job) => new Promise((resolve, reject) => {
  const worker = new Worker(URL.createObjectURL(new Blob([${source}], { type: 'text/javascript' })));
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage({ ...job, relaxed: job.isPlain ? new Uint8Array() : relaxed, plain });
});
${script}
</script>`,
  );
  return pathToFileURL(page).href;
}

const adamw = { learning_rate: 1e-3, weight_decay: 1, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 };

/** What the page's `train` takes, as JSON: the short runs, by the plain module alone or by the relaxed one where it works. */
export const shortRuns = (isPlain: boolean): string => JSON.stringify({ runs: SHORT_RUNS, adamw, isPlain });

/** What the page's `train` gives: weights of each run as base64. */
export interface Trained {
  readonly arithmetic: Arithmetic;
  readonly weights: readonly string[];
}

export function assertShortRuns({ arithmetic, weights }: Trained, place: string): void {
  const hashes = weights.map((text) => hashOf(Buffer.from(text, 'base64')));
  assertKnown(
    arithmetic,
    SHORT_RUNS.map((run, i) => [run, hashes[i]!] as const),
    `${place}:`,
  );
}
