// Spreads checkpoints over the cores: one process per core, each with one checkpoint at a time, so that memory does not grow
// with their number. They are processes and not threads, because Node 20 gives worker threads no loader for TypeScript. Which
// process measures which checkpoint is left to chance, but the values do not depend on it, so the table has the same bytes on
// any number of cores.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Failure } from '../lib/files/failure.ts';
import type { Values } from '../lib/measures/columns.ts';
import type { Measuring, Order, Report } from './measures.worker.ts';

const WORKER = fileURLToPath(new URL('./measures.worker.ts', import.meta.url));

/** Measures checkpoints 0 .. count - 1 in `processes` processes; calls `measured` with how many are done. */
export async function measureAll(
  measuring: Measuring,
  count: number,
  processes: number,
  measured: (done: number) => void,
): Promise<Values[]> {
  const rows: Values[] = [];
  let [next, done] = [0, 0];
  const children: ChildProcess[] = [];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      // This serialisation keeps NaN and typed arrays.
      const child = fork(WORKER, { serialization: 'advanced' });
      children.push(child);
      const order = (what: Order): void => void child.send(what);
      const goOn = (): void => (next < count ? order({ measure: next++ }) : resolve());
      child.once('error', reject);
      child.once('exit', (code, signal) =>
        reject(new Error(`a process that measures checkpoints ended with ${signal ?? code}`)),
      );
      child.on('message', (report: Report) => {
        if (report.type === 'failed') reject(failure(report));
        if (report.type === 'measured') {
          rows[report.index] = report.values;
          measured(++done);
        }
        if (report.type !== 'failed') goOn();
      });
      order({ open: measuring });
    });
  try {
    await Promise.all(Array.from({ length: Math.min(processes, count) }, work));
  } finally {
    children.forEach((child) => child.kill());
  }
  return rows;
}

const failure = ({ message, remedy }: Extract<Report, { type: 'failed' }>): Error =>
  remedy === null ? new Error(message) : new Failure(message, remedy);
