// The native build: the compiled addon, whose jobs run on libuv's pool and the addon's own threads.
import os from 'node:os';
import { ARRAYS, JOB_KINDS, nameArithmetic, spinsFor, type Core, type Library } from '../core.ts';

type Handle = object;

/** Turns of the processor's pause, 10 to 20 microseconds in all. More would waste CPU time on a busy machine. */
const MOST_SPINS = 500;

/** The functions of addon.c. */
interface Addon {
  is_fused(): number;
  /** p, d_model, n_heads, d_head, d_mlp, threads, rows */
  bytes(...sizes: number[]): number;
  /** p, d_model, n_heads, d_head, d_mlp, threads, spins */
  open(...sizes: number[]): Handle;
  upload(model: Handle, a: Int32Array, b: Int32Array, label: Int32Array): Handle;
  write(model: Handle, from: Float32Array | undefined, array: number): void;
  read(model: Handle, to: Float32Array, array: number): void;
  step(model: Handle, value?: number): number;
  run(
    model: Handle,
    batch: Handle,
    what: Int32Array,
    adamw: Float64Array,
    loss: Float64Array,
    accuracy: Float64Array,
    neurons?: Float32Array,
    logits?: Float32Array,
  ): Promise<void>;
  close(model: Handle): void;
}

/** Loads the addon at `path`. */
export function loadNative(path: string): Library {
  const loaded = { exports: {} };
  process.dlopen(loaded, path);
  const addon = loaded.exports as Addon;
  return {
    arithmetic: nameArithmetic(addon.is_fused()),
    bytes: ({ p, d_model, n_heads, d_head, d_mlp }, threads, rows) =>
      addon.bytes(p, d_model, n_heads, d_head, d_mlp, threads, rows),
    open: async ({ p, d_model, n_heads, d_head, d_mlp }, threads) => {
      const spins = spinsFor(MOST_SPINS, threads, os.availableParallelism());
      return bind(addon, addon.open(p, d_model, n_heads, d_head, d_mlp, threads, spins));
    },
  };
}

function bind(addon: Addon, model: Handle): Core {
  return {
    upload: (a, b, label) => addon.upload(model, a, b, label),
    write: (array, from) => addon.write(model, from, ARRAYS[array]),
    read: (array, to) => addon.read(model, to, ARRAYS[array]),
    readStep: () => addon.step(model),
    writeStep: (step) => void addon.step(model, step),
    run: ({ kind, batch, steps, before_relu, adamw, loss, accuracy, neurons, logits }) => {
      const what = Int32Array.of(JOB_KINDS[kind], steps, Number(before_relu));
      return addon.run(model, batch as Handle, what, adamw, loss, accuracy, neurons, logits);
    },
    close: () => addon.close(model),
  };
}
