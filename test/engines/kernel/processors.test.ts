// The kernel compiled for processors other than this one, against the numbers that PyTorch computed and the bits that are
// known: AVX2 where this one has it; NEON, under an emulator, in npm run test:long. Others: compiled-*.test.ts.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FIRST_RUNS } from '../../../lib/engines/kernel/known-bits.ts';
import { viewWeights, WEIGHT_NAMES } from '../../../lib/network/config.ts';
import { assertClose } from '../../assert-close.ts';
import { assertCompiledRuns, compileSteps, runSteps, SHORT_RUNS, type Processor } from './known-runs.ts';
import { readTiny, splitOf, TINY } from './models.ts';
import { whyNotCompiled } from './which-processors.ts';

const isLong = Boolean(process.env['GROKSCOPE_LONG']);
const STEPS = 200;
/** Bits are those of -O3, which compiled-gcc.test.ts tries. */
const AVX2: Processor = { compiler: 'cc', flags: ['-O1', '-march=x86-64-v3'], feature: 'fma' };
const NEON: Processor = {
  compiler: 'aarch64-linux-gnu-gcc',
  flags: ['-O3', '-static'],
  emulator: 'qemu-aarch64',
};

for (const [title, processor] of [
  ['AVX2', AVX2],
  ['NEON', NEON],
] as const)
  test(
    `${title}: 200 AdamW steps as PyTorch, and the known bits on one thread, on three, and where one of three never comes`,
    { skip: isLong || title === 'AVX2' ? whyNotCompiled(processor) : 'tried by npm run test:long' },
    async (t) => {
      const { emulator } = processor;
      const program = await compileSteps(t, processor);
      for (const threads of [1, 3]) await assertCompiledRuns(program, emulator, 'fused', SHORT_RUNS, threads);
      await assertCompiledRuns(program, emulator, 'fused', FIRST_RUNS, 3, 2);

      const { weightsOf } = await readTiny();
      const { train } = splitOf(TINY.p, 0.5, 5);
      const start = { config: TINY, weights: weightsOf('init'), pairs: train };
      const output = await runSteps(program, emulator, start, STEPS, 2);
      const bytes = output.buffer.slice(output.byteOffset, output.byteOffset + output.length);
      const losses = JSON.parse(
        await readFile(new URL('../../fixtures/tiny-losses.json', import.meta.url), 'utf8'),
      ) as { train_before_step_test_after_step: [number, number][] };
      const expected = losses.train_before_step_test_after_step.map(([before]) => before);
      assert.equal(expected.length, STEPS);
      assertClose('losses', new Float64Array(bytes, 0, STEPS), expected, { rtol: 1e-3 });
      const actual = viewWeights(TINY, new Float32Array(bytes, 8 * STEPS));
      const wanted = viewWeights(TINY, weightsOf('after_200'));
      for (const name of WEIGHT_NAMES)
        assertClose(name, actual[name].data, wanted[name].data, { ofLargest: 2e-2 });
    },
  );
