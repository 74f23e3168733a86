// Whatever happens to the files that a run keeps for resuming, it ends in the bits of an undisturbed run. It resumes from the
// last state that is whole with all that belongs to it, or from the beginning, with a line that says why.
// GROKSCOPE_SEED repeats a draw of bits.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import type { HistoryRecord } from '../../lib/training/history.ts';
import { Journal } from '../../lib/training/journal.ts';
import type { TrainingState } from '../../lib/engines/engine.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const PARAMETERS = 3;
const LAST = 5;
const seed = Number(process.env['GROKSCOPE_SEED'] ?? Date.now() % 2 ** 31);
const isLong = Boolean(process.env['GROKSCOPE_LONG']);
const root = await temporaryFolder({ after });

/** What training has after step `step`, of run number `run`. */
function stateAt(step: number, run: number): TrainingState {
  const array = (i: number): Float32Array => Float32Array.of(step, i, run);
  return { weights: array(0), m: array(1), v: array(2), step };
}

const recordAt = (epoch: number, run: number): HistoryRecord => ({
  epoch,
  train_loss: 1 / (epoch + 1 + run),
  test_loss: 2,
  train_accuracy: 0.5,
  test_accuracy: 0,
});

/** Goes on from step `from` to `to`: a record every step, a checkpoint at every even epoch and the last. */
async function goOn(journal: Journal, from: number, to: number, run = 0): Promise<void> {
  for (let epoch = from; epoch < to; epoch++) {
    await journal.log(recordAt(epoch, run));
    if (epoch % 2 === 0 || epoch === LAST - 1) await journal.checkpoint(epoch, stateAt(epoch + 1, run));
  }
}

async function contentOf(journal: Journal): Promise<unknown> {
  const weights = journal.checkpointEpochs.map((_, i) => journal.readCheckpoint(i));
  return [journal.history, journal.checkpointEpochs, await Promise.all(weights)];
}

/** Two runs, killed after epoch 3, whose last checkpoint is that of epoch 2; and what the first has in the end. */
async function killed(name: string, run: number): Promise<{ folder: string; whole: unknown }> {
  const [folder, other] = [join(root, name, `key-${run}`), join(root, name, 'whole')];
  await mkdir(folder, { recursive: true });
  await mkdir(other);
  const { journal } = await Journal.open(folder, PARAMETERS);
  await goOn(journal, 0, 4, run);
  await journal.close();
  const { journal: undisturbed } = await Journal.open(other, PARAMETERS);
  await goOn(undisturbed, 0, LAST, run);
  const whole = await contentOf(undisturbed);
  await undisturbed.close();
  await rm(other, { recursive: true });
  return { folder, whole };
}

const { folder: template, whole } = await killed('one', 0);
const { folder: neighbour } = await killed('two', 1);
const names = (await readdir(template)).sort();
let cases = 0;

/** Damages a copy of the killed run, opens it and goes on. */
async function survive(
  what: string,
  damage: (folder: string) => Promise<unknown>,
): Promise<{ step: number; damage: string[] }> {
  const folder = join(root, `case-${cases++}`, basename(template));
  await cp(template, folder, { recursive: true });
  await damage(folder);
  const opened = await Journal.open(folder, PARAMETERS);
  const { journal, state } = opened;
  if (state) assert.deepEqual(state, stateAt(state.step, 0), what);
  await goOn(journal, state?.step ?? 0, LAST);
  assert.deepEqual(await contentOf(journal), whole, what);
  await journal.close();
  const again = await Journal.open(folder, PARAMETERS);
  assert.deepEqual([again.state?.step, again.damage], [LAST, []], `${what}, opened again`);
  await again.journal.close();
  await rm(join(folder, '..'), { recursive: true });
  return { step: state?.step ?? 0, damage: opened.damage };
}

const turnBit = (name: string, bit: number) => async (folder: string) => {
  const bytes = await readFile(join(folder, name));
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  await writeFile(join(folder, name), bytes);
};

const DAMAGES: Record<string, (path: string) => Promise<unknown>> = {
  removed: (path) => rm(path),
  emptied: (path) => writeFile(path, ''),
  'cut in half': async (path) => writeFile(path, (await readFile(path)).subarray(0, 17)),
  'a folder': async (path) => {
    await rm(path);
    await mkdir(join(path, 'deep'), { recursive: true });
  },
  'a named pipe': async (path) => {
    await rm(path);
    execFileSync('mkfifo', [path]);
  },
  'a link to nothing': async (path) => {
    await rm(path);
    await symlink('/nonexistent', path);
  },
  'a link to itself': async (path) => {
    await rm(path);
    await symlink(path, path);
  },
  zeros: async (path) => writeFile(path, Buffer.alloc((await readFile(path)).length)),
};

test('undisturbed, a killed run goes on from its last checkpoint without a word', async () => {
  assert.deepEqual(names, ['checkpoints.f32', 'history.f64', 'state.1', 'state.3']);
  assert.deepEqual(await survive('nothing', async () => {}), { step: 3, damage: [] });
});

for (const name of ['checkpoints.f32', 'history.f64', 'state.1', 'state.3'])
  test(`${name} removed, cut, replaced: training goes on from the state before or the beginning, and ends in the same bits`, async () => {
    for (const [what, damage] of Object.entries(DAMAGES)) {
      const { step, damage: lines } = await survive(`${name} ${what}`, (folder) =>
        damage(join(folder, name)),
      );
      if (name === 'state.1')
        assert.deepEqual([step, lines], [3, []], what); // nobody needs it
      else {
        assert.ok(step < 3, `${name} ${what}: went on from step ${step}`);
        if (name !== 'state.3') assert.match(lines[0]!, new RegExp(`^state\\.3 is set aside: ${name}`), what);
        else if (what !== 'removed') assert.match(lines[0]!, /^state\.3 is set aside: state\.3 /, what);
        if (name === 'state.3') assert.equal(step, 1, what);
      }
    }
  });

test('one bit turned anywhere is never trained on', async () => {
  const sizes = await Promise.all(names.map(async (name) => (await readFile(join(template, name))).length));
  let random = seed;
  for (const [i, name] of names.entries()) {
    const bits = 8 * sizes[i]!;
    const drawn = Array.from({ length: 12 }, () => (random = (random * 48271 + 1) % (2 ** 31 - 1)) % bits);
    for (const bit of isLong ? Array(bits).keys() : drawn)
      await survive(`bit ${bit} of ${name}, seed ${seed}`, turnBit(name, bit));
  }
});

test('files that changed places with each other, or came from another run, are not taken', async () => {
  for (const [x, y] of names.flatMap((x, i) => names.slice(i + 1).map((y) => [x, y] as const)))
    await survive(`${x} and ${y} swapped`, async (folder) => {
      await rename(join(folder, x), join(folder, 'away'));
      await rename(join(folder, y), join(folder, x));
      await rename(join(folder, 'away'), join(folder, y));
    });
  for (const name of names)
    await survive(`${name} of another run`, (folder) => cp(join(neighbour, name), join(folder, name)));
  // All of them fit each other; only whose they are is wrong.
  const { step, damage } = await survive('everything of another run', (folder) =>
    cp(neighbour, folder, { recursive: true }),
  );
  assert.deepEqual([step, damage.length], [0, 2]);
});

test('what is set aside is still there, and what is left of an attempt at writing is cleared away', async () => {
  const folder = join(root, 'aside', basename(template));
  await cp(template, folder, { recursive: true });
  await turnBit('history.f64', 0)(folder);
  const bytes = await readFile(join(folder, 'checkpoints.f32'));
  await mkdir(join(folder, '.state.5.writing'));
  const { journal, state, damage } = await Journal.open(folder, PARAMETERS);
  await journal.close();
  assert.deepEqual([state, damage.length], [null, 2]);
  assert.deepEqual((await readdir(folder)).sort(), [
    'checkpoints.f32',
    'checkpoints.f32.damaged',
    'history.f64',
    'history.f64.damaged',
    'state.1.damaged',
    'state.3.damaged',
  ]);
  assert.deepEqual(await readFile(join(folder, 'checkpoints.f32.damaged')), bytes);
});

test('a checkpoint that changes on the disk while training runs is not written into the results', async () => {
  const folder = join(root, 'running', basename(template));
  await cp(template, folder, { recursive: true });
  const { journal } = await Journal.open(folder, PARAMETERS);
  await turnBit('checkpoints.f32', 5)(folder);
  await assert.rejects(journal.readCheckpoint(0), /checkpoints\.f32 is damaged/);
  await journal.close();
});
