// The train stage on the engines that run anywhere: what it says it runs on, and that the run is the same.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readArrow } from '../../lib/files/arrow.ts';
import { writePairs } from '../../lib/artifacts/dataset.ts';
import { gridRows } from '../../lib/task/split.ts';
import { params } from '../../stages/train.params.ts';
import { assertClose } from '../assert-close.ts';
import { runStage, temporaryFolder } from './start-stage.ts';

/** Forty epochs of a small model on two thirds of the pairs of p = 7. */
async function run(t: TestContext, engine: string): Promise<{ log: string; losses: Float64Array }> {
  const folder = await temporaryFolder(t);
  const [dataset, out] = [join(folder, 'dataset'), join(folder, 'out')];
  for (const path of [dataset, out, join(folder, 'resume')]) await mkdir(path);
  const task = { p: 7, operation: 'add', train_fraction: 0.66, seed: 1 } as const;
  const isTrain = Uint8Array.from({ length: 49 }, (_, i) => +(i % 3 !== 0));
  await writePairs(dataset, task, gridRows(7, 'add'), isTrain);
  const size = { d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16, epochs: 40, log_every: 1 };
  const { exitCode, message, log } = await runStage('train', params, { ...size, engine }, { dataset }, out);
  assert.equal(exitCode, 0, `${message}\n${log}`);
  const { columns } = await readArrow(join(out, 'history.arrow'));
  return { log, losses: columns['test_loss'] as Float64Array };
}

test('engine: tensorflow trains as the kernel does, and says what it really runs on', async (t) => {
  const [tensorflow, kernel] = [await run(t, 'tensorflow'), await run(t, 'wasm')];
  assert.match(
    tensorflow.log,
    /^runs on: engine tensorflow, backend (wasm$|cpu$|tensorflow, .*device (cpu|gpu)$)/m,
  );
  assert.match(kernel.log, /^runs on: kernel wasm, arithmetic separate$/m);
  assert.equal(kernel.losses.length, 40);
  assertClose('test losses', tensorflow.losses, kernel.losses, { rtol: 1e-5 });
});
