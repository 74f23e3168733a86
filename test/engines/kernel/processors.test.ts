// The kernel compiled for processors other than this one, against the numbers that PyTorch computed: AVX2 where
// this one has it; AVX-512 and SSE2, and NEON under an emulator, in npm run test:long.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sourceFiles } from '../../../lib/engines/kernel/sources.ts';
import { viewWeights, WEIGHT_NAMES } from '../../../lib/network/config.ts';
import { assertClose } from '../../assert-close.ts';
import { temporaryFolder } from '../../stages/start-stage.ts';
import { readTiny, splitOf, TINY } from './models.ts';

const STEPS = 200;
const DRIVER = fileURLToPath(new URL('./run-steps.c', import.meta.url));
const FLAGS = ['-std=gnu11', '-O3', '-ffp-contract=fast', '-fno-math-errno'];

interface Processor {
  readonly title: string;
  readonly compiler: string;
  readonly flags: string[];
  readonly emulator?: string;
  /** Word of /proc/cpuinfo without which it cannot run here. */
  readonly feature?: string;
}

const PROCESSORS: Processor[] = [
  { title: 'AVX-512', compiler: 'cc', flags: ['-march=skylake-avx512'], feature: 'avx512vl' },
  { title: 'AVX2', compiler: 'cc', flags: ['-march=haswell'], feature: 'avx2' },
  { title: 'SSE2', compiler: 'cc', flags: ['-march=x86-64'], feature: 'sse2' },
  {
    title: 'NEON',
    compiler: 'aarch64-linux-gnu-gcc',
    flags: ['-static'],
    emulator: 'qemu-aarch64',
  },
];

function whyNot({ title, compiler, emulator, feature }: Processor): string | false {
  if (title !== 'AVX2' && !process.env['GROKSCOPE_LONG']) return 'tried by npm run test:long';
  for (const program of [compiler, ...(emulator ? [emulator] : [])])
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    } catch {
      return `${program} is not installed`;
    }
  if (!feature) return false;
  try {
    return (
      !readFileSync('/proc/cpuinfo', 'utf8').includes(` ${feature} `) && `this processor has no ${feature}`
    );
  } catch {
    return 'no /proc/cpuinfo tells what this processor has';
  }
}

for (const processor of PROCESSORS)
  test(
    `${processor.title}: 200 AdamW steps as PyTorch, the same bits on three threads`,
    {
      skip: whyNot(processor),
    },
    async (t) => {
      const { compiler, flags, emulator } = processor;
      const program = join(await temporaryFolder(t), 'run-steps');
      const sources = sourceFiles('native').filter((file) => !file.endsWith('addon.c'));
      await promisify(execFile)(compiler, [
        ...FLAGS,
        ...flags,
        DRIVER,
        ...sources,
        '-lpthread',
        '-o',
        program,
      ]);

      const { weightsOf } = await readTiny();
      const { train } = splitOf(TINY.p, 0.5, 5);
      const { p, d_model, n_heads, d_head, d_mlp } = TINY;
      const sizes = Int32Array.of(p, d_model, n_heads, d_head, d_mlp, train.a.length);
      const parts = [sizes, weightsOf('init'), train.a, train.b, train.label];
      const input = Buffer.concat(
        parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)),
      );
      const run = (threads: number): Buffer => {
        const [command, ...args] = [...(emulator ? [emulator] : []), program, String(STEPS), String(threads)];
        const { status, stdout, stderr } = spawnSync(command!, args, { input });
        assert.equal(status, 0, stderr.toString());
        return stdout;
      };
      const output = run(1);
      assert.deepEqual(run(3), output);

      const bytes = output.buffer.slice(output.byteOffset, output.byteOffset + output.length);
      const losses = JSON.parse(
        await readFile(new URL('../../fixtures/tiny-losses.json', import.meta.url), 'utf8'),
      ) as { train_before_step_test_after_step: [number, number][] };
      const expected = losses.train_before_step_test_after_step.map(([before]) => before);
      assertClose('losses', new Float64Array(bytes, 0, STEPS), expected, { rtol: 1e-3 });
      const actual = viewWeights(TINY, new Float32Array(bytes, 8 * STEPS));
      const wanted = viewWeights(TINY, weightsOf('after_200'));
      for (const name of WEIGHT_NAMES)
        assertClose(name, actual[name].data, wanted[name].data, { ofLargest: 2e-2 });
    },
  );
