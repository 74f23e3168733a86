// The WebAssembly builds: one module, one shared memory and one worker a thread for each model. The main thread sets up and
// copies; workers do all the computing.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { Failure } from '../../../files/failure.ts';
import type { ModelConfig } from '../../../network/config.ts';
import { ARRAYS, JOB_KINDS, nameArithmetic, spinsFor, type Core, type Job, type Library } from '../core.ts';

const WASM_FILE = new URL('./kernel.wasm', import.meta.url);
const RELAXED_FILE = new URL('./relaxed.wasm', import.meta.url);
const WORKER_FILE = new URL('./worker.ts', import.meta.url);

const STACK_BYTES = 65536;
/** 2^16 pages of 64 KiB: all that 32-bit addresses reach. It must equal what the module was linked with. */
const MAX_PAGES = 65536;
const FIRST_PAGES = 64;

/** `make`, called at most once. */
function onlyOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

type Numbers = Int32Array | Float32Array | Float64Array;

/** The build for every engine of WebAssembly: multiplies, then adds. */
export const loadWasm = onlyOnce(async () => load(await readFile(WASM_FILE)));

/** The build with multiply-adds. Throws Failure where the engine has none, or the processor none that round once. */
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
    const spins = spinsFor(threads, os.availableParallelism());
    const kernel = refuseFull(() => exports.open(p, d_model, n_heads, d_head, d_mlp, threads, spins));
    const workers = await startWorkers(source, threads, (thread) => {
      const stack_top = exports.allocate(STACK_BYTES) + STACK_BYTES;
      return { module, memory, kernel, thread, stack_top };
    });
    return bind(exports, memory, kernel, workers);
  };
  return { arithmetic: nameArithmetic(asked.is_fused()), open };
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

/** Has every worker run the job that was prepared; the process stays alive until they have. */
async function runOn(workers: readonly Worker[]): Promise<void> {
  const finished = workers.map(async (worker) => {
    worker.ref();
    worker.postMessage('run');
    await once(worker, 'message');
    worker.unref();
  });
  await Promise.all(finished);
}

/** The kernel traps where memory cannot grow: the only trap it has. */
function refuseFull<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    throw new Failure(
      'the model and its pairs do not fit in the 4 GiB that WebAssembly can address',
      'choose smaller sizes, or engine: native',
    );
  }
}

/** Buffers of the memory that copies pass through, kept by purpose and taken anew when a bigger one is wanted. */
function createBuffers(exports: WebAssembly.Exports, memory: WebAssembly.Memory) {
  const kept = new Map<string, { pointer: number; bytes: number }>();
  const reserve = (name: string, bytes: number): number => {
    const found = kept.get(name);
    if (found && found.bytes >= bytes) return found.pointer;
    const pointer = refuseFull(() => exports.allocate(bytes));
    kept.set(name, { pointer, bytes });
    return pointer;
  };
  const copyIn = <T extends Numbers>(name: string, from: T): number => {
    const pointer = reserve(name, from.byteLength);
    new Uint8Array(memory.buffer, pointer, from.byteLength).set(bytesOf(from));
    return pointer;
  };
  const copyOut = (pointer: number, to: Numbers): void =>
    bytesOf(to).set(new Uint8Array(memory.buffer, pointer, to.byteLength));
  return { reserve, copyIn, copyOut };
}

const bytesOf = (x: Numbers): Uint8Array => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);

function bind(
  exports: WebAssembly.Exports,
  memory: WebAssembly.Memory,
  kernel: number,
  workers: Worker[],
): Core {
  const { reserve, copyIn, copyOut } = createBuffers(exports, memory);
  const run = async (job: Job): Promise<void> => {
    const outputs = { loss: job.loss, accuracy: job.accuracy, neurons: job.neurons, logits: job.logits };
    const pointers = Object.entries(outputs).map(([name, to]) => (to ? reserve(name, to.byteLength) : 0));
    const numbers = [JOB_KINDS[job.kind], job.steps, Number(job.before_relu), copyIn('adamw', job.adamw)];
    refuseFull(() => exports.prepare(kernel, job.batch as number, ...numbers, ...pointers));
    await runOn(workers);
    Object.values(outputs).forEach((to, i) => to && copyOut(pointers[i]!, to));
  };
  return {
    upload: (a, b, label) => {
      const pointers = [copyIn('a', a), copyIn('b', b), copyIn('label', label)];
      return refuseFull(() => exports.upload(kernel, a.length, ...pointers));
    },
    write: (array, from) => exports.write(kernel, from ? copyIn('weights', from) : 0, ARRAYS[array]),
    read: (array, to) => {
      const pointer = reserve('weights', to.byteLength);
      exports.read(kernel, pointer, ARRAYS[array]);
      copyOut(pointer, to);
    },
    readStep: () => exports.get_step(kernel),
    writeStep: (step) => exports.set_step(kernel, step),
    run,
    close: () => workers.forEach((worker) => void worker.terminate()),
  };
}
