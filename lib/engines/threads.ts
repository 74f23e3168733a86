// How many threads an engine takes where nobody says.
import os from 'node:os';

/** GROKSCOPE_THREADS where several runs share the machine, else one a core. */
export const defaultThreads = (): number =>
  Number(process.env['GROKSCOPE_THREADS']) || os.availableParallelism();
