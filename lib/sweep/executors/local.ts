/**
 * Points side by side on this machine, one thread each: the threads of one training wait for each other in every step,
 * separate trainings never do (measured by `npm run bench`). When fewer points are left than cores, each gets more threads.
 */
import { availableParallelism } from 'node:os';
import { runPoint } from '../run-point.ts';
import type { Executor, ExecutorKind } from './executor.ts';

export const local: ExecutorKind = {
  name: 'local',
  help: 'on this machine, one point per core',
  options: {
    jobs: {
      type: 'count',
      short: 'j',
      example: '2',
      help: 'how many points run at once (default: one per core)',
    },
  },
  open: ({ counts }) => createLocal(counts.get('jobs')),
};

export const createLocal = (jobs = availableParallelism()): Executor => ({
  async run(site, { points }, { onEvent, onEnd, stop }) {
    const waiting = points.values();
    let left = points.length;
    const work = async (): Promise<void> => {
      for (const point of waiting) {
        if (stop.aborted) return;
        const threads = Math.max(1, Math.floor(availableParallelism() / Math.min(jobs, left)));
        onEnd(await runPoint(site, point, threads, (event) => onEvent(point, event), stop));
        left--;
      }
    };
    await Promise.all(Array.from({ length: Math.min(jobs, left) }, work));
    return 'ended';
  },
});
