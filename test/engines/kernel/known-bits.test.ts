// One result everywhere: weights after training, bit for bit, by every build and on any number of threads.
import { openKernel } from '../../../lib/engines/kernel/kernel.ts';
import {
  assertKnownRuns,
  FORTY_STEPS,
  SHORT_RUNS,
  THREE_HUNDRED_STEPS,
  WHOLE_31,
  WHOLE_59,
} from './known-runs.ts';
import { testEachBuild } from './models.ts';

const isLong = Boolean(process.env['GROKSCOPE_LONG']);

// In WebAssembly threads that wait for each other spin, which takes long where there are more of them than cores.
const threadsOf = (build: string): readonly number[] =>
  build === 'native' || isLong ? [1, 2, 3, 8] : [1, 2];

testEachBuild(
  'the known bits after short runs, on 1, 2 and (native, or long) 3 and 8 threads',
  async (build) => {
    const kernel = await openKernel(build);
    for (const threads of threadsOf(build)) await assertKnownRuns(kernel, SHORT_RUNS, threads);
  },
);

testEachBuild(
  'the known bits at p = 113 after 40 steps and (long) after 300, and after whole runs',
  async (build) => {
    const kernel = await openKernel(build);
    await assertKnownRuns(kernel, [FORTY_STEPS], 2);
    if (isLong) await assertKnownRuns(kernel, [THREE_HUNDRED_STEPS, WHOLE_31, WHOLE_59], 2);
  },
  isLong ? undefined : ['native'],
);
