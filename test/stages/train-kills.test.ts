// Killed at random moments and started again, as often as it takes, training ends in the bits of an undisturbed run.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readHistory } from '../../lib/artifacts/history.ts';
import { createRandom } from '../files/damage.ts';
import { trainFolder } from './train-stage.ts';

// Checkpoints follow each other within milliseconds, so that kills fall into every part of writing one. A kill comes with
// a change in the folder of what is kept for resuming, as soon as that is told.
const RUN = { epochs: 200, log_every: 3, checkpoint_every: 5, state_every: 60 };

const SEED = Number(process.env['GROKSCOPE_SEED'] ?? Date.now() % 2 ** 31);

async function bytesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name !== 'states').sort();
  const read = names.map(async (name) => [name, (await readFile(join(folder, name))).toString('base64')]);
  return Object.fromEntries((await Promise.all(read)) as [string, string][]);
}

/** Calls `onChange` with every change in `folder`, until the process has ended. */
function watchChanges(folder: string, child: ChildProcess, onChange: () => void): void {
  const watcher = watch(folder, onChange);
  child.once('exit', () => watcher.close());
}

async function killsAndResumes(
  t: TestContext,
  given: { readonly engine: string; readonly start?: string },
  kills: number,
): Promise<void> {
  t.diagnostic(`seed ${SEED}`);
  const random = createRandom(SEED);
  const whole = await trainFolder(t);
  let changes = 0;
  const undisturbed = await whole.start({ ...RUN, ...given }, (child) =>
    watchChanges(whole.resume, child, () => changes++),
  );
  assert.equal(undisturbed.exitCode, 0, undisturbed.log);
  const expected = await bytesOf(whole.out);
  assert.deepEqual(Object.keys(expected), [
    'checkpoints.arrow',
    'history.arrow',
    'model.safetensors',
    ...(given.start ? [] : ['states/120.safetensors']),
    'states/180.safetensors',
    'states/199.safetensors',
    ...(given.start ? [] : ['states/60.safetensors']),
    'summary.json',
  ]);
  const wanted = Array.from({ length: RUN.epochs }, (_, epoch) => epoch).filter(
    (epoch) => epoch % RUN.log_every === 0 || epoch % RUN.checkpoint_every === 0 || epoch === RUN.epochs - 1,
  );
  const history = await readHistory(whole.out);
  assert.deepEqual(
    history.map((record) => record.epoch),
    wanted,
  );

  const moments: number[] = [];
  let resumed = 0;
  // Moments may all be drawn before the first state is written: more are drawn then, within a limit.
  const areWanted = (): boolean => moments.length < (resumed > 0 ? kills : 20 * kills);
  const killUntilWhole = async (): Promise<void> => {
    const folder = await trainFolder(t);
    for (let isWhole = false; !isWhole;) {
      let left = 1 + random(changes);
      const isKilled = areWanted() && moments.push(left);
      const ended = await folder.start({ ...RUN, ...given }, (child) => {
        if (isKilled)
          watchChanges(folder.resume, child, () => {
            if (--left === 0) child.kill('SIGKILL');
          });
      });
      if (/going on from epoch/.test(ended.log)) resumed++;
      isWhole = ended.exitCode === 0;
    }
    const where = `seed ${SEED}: kills at changes ${moments.join(', ')} of ${changes}`;
    assert.deepEqual(await bytesOf(folder.out), expected, where);
  };
  const lane = async (): Promise<void> => {
    while (areWanted()) await killUntilWhole();
  };
  await Promise.all([lane(), lane()]);
  assert.ok(resumed > 0, `seed ${SEED}: none of ${moments.length} kills left something to go on from`);
}

const KILLS = process.env['GROKSCOPE_LONG'] ? 20 : 6;
test(`${KILLS} kills at random moments, and the same bits in the end`, (t) =>
  killsAndResumes(t, { engine: 'auto' }, KILLS));

test(`${KILLS / 2} kills of a fork`, async (t) => {
  const parent = await trainFolder(t);
  await parent.start(RUN);
  await killsAndResumes(t, { engine: 'auto', start: `${parent.out}@120` }, KILLS / 2);
});

const skip = process.env['GROKSCOPE_LONG'] ? false : 'more kills are for npm run test:long';
test('30 more kills of the WebAssembly build', { skip }, (t) => killsAndResumes(t, { engine: 'wasm' }, 30));
