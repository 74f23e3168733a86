// The folder of a sweep's figures is whole or not there, whatever became of the process that wrote it.
import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeFigures } from '../../lib/report/sweeps/write-figures.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const folder = await temporaryFolder({ after });
const pictures = {
  epochs: [],
  phases: [],
  losses: {
    title: 'Losses',
    x: { label: 'epoch' },
    y: { label: 'test loss' },
    colour: { name: 'seed', label: 'seed' },
    curves: [{ name: 'seed=0', colour: 0, points: [[0, 3] as const, [10, 0.1] as const] }],
  },
};

test('figures replace those of before; what a killed writer left is removed, what another one writes now is not', async () => {
  const [left, written] = ['.figures.killed.writing', '.figures.at-work.writing'];
  for (const name of [left, written, 'figures']) await mkdir(join(folder, name));
  for (const name of [left, 'figures']) await writeFile(join(folder, name, 'old.svg'), '');
  const long = new Date(Date.now() - 2 * 3_600_000);
  await utimes(join(folder, left), long, long);
  await writeFigures(folder, pictures);
  assert.deepEqual((await readdir(folder)).sort(), [written, 'figures']);
  assert.deepEqual((await readdir(join(folder, 'figures'))).sort(), [
    'test_losses.arrow',
    'test_losses.png',
    'test_losses.svg',
  ]);
});
