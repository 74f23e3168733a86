// Killed at random moments and started again, as often as it takes, training ends in the bits of an undisturbed run.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readHistory } from '../../lib/training/history-file.ts';
import { trainFolder } from './train-stage.ts';

// Checkpoints follow each other within milliseconds, so that kills fall into every part of writing one.
const RUN = { epochs: 200, log_every: 3, checkpoint_every: 5 };

async function bytesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const read = names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')]);
  return Object.fromEntries((await Promise.all(read)) as [string, string][]);
}

async function killsAndResumes(t: TestContext, engine: string, kills: number): Promise<void> {
  const whole = await trainFolder(t);
  const start = performance.now();
  let ready = start;
  const undisturbed = await whole.start({ ...RUN, engine }, () => (ready = performance.now()));
  assert.equal(undisturbed.exitCode, 0, undisturbed.log);
  const expected = await bytesOf(whole.out);
  assert.deepEqual(Object.keys(expected), [
    'checkpoints.arrow',
    'history.arrow',
    'model.safetensors',
    'summary.json',
  ]);
  const wanted = Array.from({ length: RUN.epochs }, (_, epoch) => epoch).filter(
    (epoch) => epoch % RUN.log_every === 0 || epoch % RUN.checkpoint_every === 0 || epoch === RUN.epochs - 1,
  );
  const history = await readHistory(join(whole.out, 'history.arrow'));
  assert.deepEqual(
    history.map((record) => record.epoch),
    wanted,
  );

  const longest = 0.8 * (performance.now() - ready);
  const delays: number[] = [];
  let resumed = 0;
  const killUntilWhole = async (): Promise<void> => {
    const folder = await trainFolder(t);
    for (let isWhole = false; !isWhole;) {
      const delay = Math.random() * longest;
      const isKilled = delays.length < kills && delays.push(delay);
      const ended = await folder.start({ ...RUN, engine }, (child) => {
        if (isKilled) void sleep(delay).then(() => child.kill('SIGKILL'));
      });
      if (/going on from epoch/.test(ended.log)) resumed++;
      isWhole = ended.exitCode === 0;
    }
    assert.deepEqual(await bytesOf(folder.out), expected, `kills after ${delays.join(', ')} ms`);
  };
  const lane = async (): Promise<void> => {
    while (delays.length < kills) await killUntilWhole();
  };
  await Promise.all([lane(), lane()]);
  assert.ok(resumed > kills / 10, `${resumed} of ${kills} kills left something to go on from`);
}

test('20 kills at random moments, and the same bits in the end', (t) => killsAndResumes(t, 'auto', 20));

const skip = process.env['GROKSCOPE_LONG'] ? false : 'more kills are for npm run test:long';
test('30 more kills of the WebAssembly build', { skip }, (t) => killsAndResumes(t, 'wasm', 30));
