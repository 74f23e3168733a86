// One long test per build: a compiler, a level of optimisation, a width of vectors. All must give the known bits.
import { test } from 'node:test';
import type { Arithmetic } from '../../../lib/engines/kernel/known-bits.ts';
import {
  assertCompiledRuns,
  compileSteps,
  SHORT_RUNS,
  THREE_HUNDRED_STEPS,
  WHOLE_31,
  WHOLE_59,
  type Processor,
} from './known-runs.ts';
import { whyNotCompiled } from './which-processors.ts';

export const AVX512 = { feature: 'avx512vl', flags: ['-march=skylake-avx512', '-mprefer-vector-width=512'] };
export const AVX2 = { feature: 'fma', flags: ['-march=x86-64-v3'] };
/** The widest vectors, on a processor that does not have them. */
export const AVX2_16 = { feature: 'fma', flags: ['-march=x86-64-v3', '-DLANES=16'] };
const AVX = { feature: 'avx', flags: ['-march=sandybridge'] };
const SSE2 = { flags: ['-march=x86-64'] };
export const SEPARATE = { 'AVX without FMA': AVX, SSE2 };

export function testCompiled(
  arithmetic: Arithmetic,
  compiler: string,
  levels: readonly string[],
  processors: Readonly<Record<string, Omit<Processor, 'compiler'>>>,
): void {
  for (const [name, { flags, feature }] of Object.entries(processors))
    for (const level of levels) {
      const processor = { compiler, feature, flags: [level, ...flags] };
      // A build that rounds elsewhere does so in the first steps; whole runs are for what users have: the level of our
      // own builds, the vectors of the processor. known-bits.test.ts makes the longer one in both arithmetics.
      const isOwn = level === '-O3' && !flags.some((flag) => flag.startsWith('-DLANES'));
      const title = `${compiler} ${level}, ${name}: the known bits, on 1, 2, 3 and 8 threads`;
      const isLong = Boolean(process.env['GROKSCOPE_LONG']);
      test(title, { skip: isLong ? whyNotCompiled(processor) : 'tried by npm run test:long' }, async (t) => {
        const program = await compileSteps(t, processor);
        for (const threads of [1, 2, 3, 8])
          await assertCompiledRuns(program, undefined, arithmetic, SHORT_RUNS, threads);
        await assertCompiledRuns(program, undefined, arithmetic, [THREE_HUNDRED_STEPS], 8);
        if (isOwn) await assertCompiledRuns(program, undefined, arithmetic, [WHOLE_31], 3);
        if (isOwn && arithmetic === 'fused')
          await assertCompiledRuns(program, undefined, arithmetic, [WHOLE_59], 2);
      });
    }
}
