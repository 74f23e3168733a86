// A model in WebAssembly as a core: jobs and arrays go through its memory. Uses nothing of Node.
import { ARRAYS, JOB_KINDS, nameArithmetic, type Core, type Job, type Library } from '../core.ts';

/** 2^16 pages of 64 KiB: all that 32-bit addresses reach. It must equal what the module was linked with. */
export const MAX_PAGES = 65536;
export const FIRST_PAGES = 64;

type Numbers = Int32Array | Float32Array | Float64Array;

/** An instance with its memory, and the address of the model in it. */
export interface Opened {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  readonly kernel: number;
}

/** What a module says about itself. */
export const ask = (exports: WebAssembly.Exports): Omit<Library, 'open'> => ({
  arithmetic: nameArithmetic(exports.is_fused()),
  bytes: ({ p, d_model, n_heads, d_head, d_mlp }, threads, rows) =>
    exports.bytes(p, d_model, n_heads, d_head, d_mlp, threads, rows),
});

/** Calls the kernel. It traps only if memory cannot grow; then throws the error that `full` makes. */
export function refuseFull<T>(full: () => Error, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw error instanceof WebAssembly.RuntimeError ? full() : error;
  }
}

/** Buffers in the memory through which arrays are copied. Each is kept by name, and replaced if it is too small. */
function createBuffers({ exports, memory }: Opened, full: () => Error) {
  const kept = new Map<string, { pointer: number; bytes: number }>();
  const reserve = (name: string, bytes: number): number => {
    const found = kept.get(name);
    if (found && found.bytes >= bytes) return found.pointer;
    const pointer = refuseFull(full, () => exports.allocate(bytes));
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

/**
 * The opened model as a core. `runPrepared` runs the prepared job on every thread; `full` makes the error for memory that
 * cannot grow.
 */
export function bind(
  opened: Opened,
  runPrepared: () => Promise<void>,
  close: () => void,
  full: () => Error,
): Core {
  const { exports, kernel } = opened;
  const { reserve, copyIn, copyOut } = createBuffers(opened, full);
  const run = async (job: Job): Promise<void> => {
    const outputs = { loss: job.loss, accuracy: job.accuracy, neurons: job.neurons, logits: job.logits };
    const pointers = Object.entries(outputs).map(([name, to]) => (to ? reserve(name, to.byteLength) : 0));
    const numbers = [JOB_KINDS[job.kind], job.steps, Number(job.before_relu), copyIn('adamw', job.adamw)];
    refuseFull(full, () => exports.prepare(kernel, job.batch as number, ...numbers, ...pointers));
    await runPrepared();
    Object.values(outputs).forEach((to, i) => to && copyOut(pointers[i]!, to));
  };
  return {
    upload: (a, b, label) => {
      const pointers = [copyIn('a', a), copyIn('b', b), copyIn('label', label)];
      return refuseFull(full, () => exports.upload(kernel, a.length, ...pointers));
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
    close,
  };
}
