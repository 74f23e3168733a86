// The kernel in a worker of a page that was opened from the file system, in Chromium: the bits of the native build, by the
// same code that drives it.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Arithmetic } from '../../../lib/engines/kernel/known-bits.ts';
import { openContext, skip } from '../../report/shared-browser.ts';
import { temporaryFolder } from '../../stages/start-stage.ts';
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

/** A page with the worker and both modules in it, at a file:// address. */
async function writePage(folder: string): Promise<string> {
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
</script>`,
  );
  return pathToFileURL(page).href;
}

const ADAMW = { learning_rate: 1e-3, weight_decay: 1, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 };

test(
  'a worker of a file:// page in Chromium trains to the known bits, in both arithmetics',
  { skip },
  async (t) => {
    const context = await openContext({ width: 800, height: 600 });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(await writePage(await temporaryFolder(t)));
    for (const isPlain of [false, true]) {
      const job = JSON.stringify({ runs: SHORT_RUNS, adamw: ADAMW, isPlain });
      const { arithmetic, weights } = await page.evaluate<{ arithmetic: Arithmetic; weights: string[] }>(
        `train(${job})`,
      );
      assert.equal(arithmetic, isPlain ? 'separate' : 'fused');
      const hashes = weights.map((text) => hashOf(Buffer.from(text, 'base64')));
      assertKnown(
        arithmetic,
        SHORT_RUNS.map((run, i) => [run, hashes[i]!] as const),
        'the page:',
      );
    }
  },
);
