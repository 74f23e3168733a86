// SIGINT and SIGTERM through the real runner: training stops, and goes on where it was.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './start-stage.ts';
import { runInProcess } from '../in-process.ts';
import { loader } from '../loader.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const TRAIN = ['d_model=8', 'n_heads=2', 'd_head=4', 'd_mlp=16', 'log_every=1', 'checkpoint_every=100'];

/** `npm run pipeline -- train` on folders of its own. */
function commandLine(folder: string, epochs: number): string[] {
  const sets = ['dataset.p=7', 'dataset.train_fraction=0.6', `train.epochs=${epochs}`];
  const all = [...sets, ...TRAIN.map((each) => `train.${each}`)].flatMap((each) => ['--set', each]);
  const roots = ['--artifacts', join(folder, 'artifacts'), '--cache', join(folder, 'cache')];
  return ['pipeline', 'train', ...roots, ...all];
}

function startTraining(folder: string, epochs: number) {
  const args = ['--import', loader, join(project, 'commands/pipeline.ts'), ...commandLine(folder, epochs)];
  const child = spawn(process.execPath, args, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { child, ended: once(child, 'close') as Promise<[number | null]>, output: () => output };
}

/** Waits for the first checkpoint in a journal. */
async function waitForCheckpoint(folder: string): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    const cache = join(folder, 'cache');
    const files = await readdir(cache, { recursive: true }).catch(() => []);
    if (files.some((file) => /state\.\d+$/.test(file))) return;
    await sleep(20);
  }
  throw new Error('training did not start');
}

/** Starts training, sends the signal after the first checkpoint, and sees everything end. */
async function interrupt(folder: string, epochs: number, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const { child, ended, output } = startTraining(folder, epochs);
  await waitForCheckpoint(folder);
  const running = await readFile(join(folder, 'artifacts/.runs/train/running.json'), 'utf8');
  const { pid } = JSON.parse(running) as { pid: number };
  process.kill(pid, 0); // throws where there is no such process
  child.kill(signal);
  const [code] = await ended;
  assert.equal(code, signal === 'SIGINT' ? 130 : 143, output());
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
}

const skip = process.env['GROKSCOPE_LONG'] ? false : 'long, as SIGTERM does the same: npm run test:long';
test('SIGINT stops training long before its end, and leaves no process', { skip }, async (t) => {
  await interrupt(await temporaryFolder(t), 1_000_000, 'SIGINT');
});

test('SIGTERM stops training; run again, training goes on to the bits of an undisturbed run', async (t) => {
  const [folder, other] = [await temporaryFolder(t), await temporaryFolder(t)];
  await interrupt(folder, 4000, 'SIGTERM');
  for (const each of [folder, other]) {
    const { code, out, err } = await runInProcess(project, commandLine(each, 4000));
    assert.equal(code, 0, out + err);
  }
  const read = (from: string, name: string): Promise<Buffer> => readFile(join(from, 'artifacts', name));
  assert.match((await read(folder, '.runs/train/log.txt')).toString(), /going on from epoch \d+/);
  for (const name of ['model.safetensors', 'history.arrow', 'checkpoints.arrow', 'summary.json'])
    assert.deepEqual(await read(folder, `train/${name}`), await read(other, `train/${name}`), name);
});
