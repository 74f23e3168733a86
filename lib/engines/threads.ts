// How many threads an engine uses by default.
import os from 'node:os';

/** GROKSCOPE_THREADS, which is set if several runs share the machine; otherwise one per core. */
export const defaultThreads = (): number =>
  Number(process.env['GROKSCOPE_THREADS']) || os.availableParallelism();
