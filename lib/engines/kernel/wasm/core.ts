// The WebAssembly builds. Each model has a shared memory and one worker per thread. The main thread sets up and copies;
// the workers do all the computing.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { Failure } from '../../../files/failure.ts';
import type { ModelConfig } from '../../../network/config.ts';
import { spinsFor, type Core, type Library } from '../core.ts';
import { ask, bind, FIRST_PAGES, MAX_PAGES, refuseFull } from './binding.ts';

const WASM_FILE = new URL('./kernel.wasm', import.meta.url);
const RELAXED_FILE = new URL('./relaxed.wasm', import.meta.url);
const WORKER_FILE = new URL('./worker.ts', import.meta.url);

const STACK_BYTES = 65536;
/** Turns of a few instructions each, as WebAssembly has no pause: a few microseconds in all. */
const MOST_SPINS = 2000;

/** A function that calls `make` the first time, and then returns the same promise. */
function onlyOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** The build that every WebAssembly engine can run: it multiplies, then adds. */
export const loadWasm = onlyOnce(async () => load(await readFile(WASM_FILE)));

/** The build with multiply-adds. Throws Failure if the engine has none, or if they round twice on this processor. */
export const loadRelaxed = onlyOnce(async () => {
  const bytes = await readFile(RELAXED_FILE);
  const remedy = 'use engine: wasm';
  if (!WebAssembly.validate(bytes))
    throw new Failure(
      `Node ${process.versions.node} has no relaxed SIMD in WebAssembly`,
      `take Node 22 or later, or ${remedy}`,
    );
  const library = await load(bytes);
  if (library.arithmetic === 'fused') return library;
  throw new Failure("WebAssembly's relaxed multiply-add rounds twice on this processor", remedy);
});

async function load(bytes: Uint8Array): Promise<Library> {
  const module = await WebAssembly.compile(bytes);
  const source = await readFile(WORKER_FILE, 'utf8');
  const instantiate = async () => {
    const memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MAX_PAGES, shared: true });
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    return { memory, exports };
  };
  const { exports: asked } = await instantiate();
  const open = async (config: ModelConfig, threads: number): Promise<Core> => {
    const { memory, exports } = await instantiate();
    const { p, d_model, n_heads, d_head, d_mlp } = config;
    const spins = spinsFor(MOST_SPINS, threads, os.availableParallelism());
    const kernel = refuseFull(full, () => exports.open(p, d_model, n_heads, d_head, d_mlp, threads, spins));
    const workers = await startWorkers(source, threads, (thread) => {
      const stack_top = exports.allocate(STACK_BYTES) + STACK_BYTES;
      return { module, memory, kernel, thread, stack_top };
    });
    const close = (): void => workers.forEach((worker) => void worker.terminate());
    return bind({ exports, memory, kernel }, () => runOn(workers), close, full);
  };
  return { ...ask(asked), open };
}

async function startWorkers(
  source: string,
  threads: number,
  dataOf: (thread: number) => object,
): Promise<Worker[]> {
  const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  const workers = Array.from({ length: threads }, (_, thread) => {
    return new Worker(url, { workerData: dataOf(thread), execArgv: [] });
  });
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  workers.forEach((worker) => worker.unref());
  return workers;
}

/** Lets every worker run the prepared job, and keeps the process alive until all have. */
async function runOn(workers: readonly Worker[]): Promise<void> {
  const finished = workers.map(async (worker) => {
    worker.ref();
    worker.postMessage('run');
    await once(worker, 'message');
    worker.unref();
  });
  await Promise.all(finished);
}

const full = (): Failure =>
  new Failure(
    'the model and its pairs do not fit in the 4 GiB that WebAssembly can address',
    'choose smaller sizes, or engine: native',
  );
