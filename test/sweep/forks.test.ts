// A sweep whose points go on from states of one run: the stages of the project, on a network that is tiny.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runSweepCommand } from '../../commands/sweep-command.ts';
import { readHistory } from '../../lib/artifacts/history.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import { runInProcess } from '../in-process.ts';
import { runPipeline } from '../run-pipeline.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const folder = await temporaryFolder({ after });
const parent = join(folder, 'artifacts/train');
const SIZES = { d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16, epochs: 40, state_every: 10 };
const sizes = Object.entries(SIZES).map(([name, value]) => `train.${name}=${value}`);

const YAML = `stages:
  dataset: { params: { p: 7, train_fraction: 0.5 } }
  train:
    needs: [dataset]
    params: ${JSON.stringify(SIZES)}
sweeps:
  forks:
    until: train
    matrix:
      train.start: [${parent}@10, ${parent}@20]
      train.weight_decay: [0, 1]
    collect: [train.forked_after]
`;

let out: string;
before(async () => {
  const made = await runPipeline(folder, ['train'], ['dataset.p=7', 'dataset.train_fraction=0.5', ...sizes]);
  assert.equal(made.code, 0, made.output);
  await writeFile(join(folder, 'forks.yaml'), YAML);
  const finished = await sweep();
  assert.equal(finished.code, 0, finished.err);
  ({ out } = finished);
});

const sweep = () =>
  runInProcess(
    project,
    [
      'forks',
      '--file',
      join(folder, 'forks.yaml'),
      '--artifacts',
      join(folder, 'swept'),
      '--cache',
      join(folder, 'cache'),
    ],
    runSweepCommand,
  );

test('states of one run stand in a matrix; each point goes on from its own', async () => {
  assert.match(out, /4 points: 0 known, 4 ran/);
  const { columns } = await readArrow(join(folder, 'swept/sweeps/forks/results.arrow'));
  assert.deepEqual(columns['train.forked_after'], Float64Array.of(10, 10, 20, 20));
  const theirs = await readHistory(parent);
  for (const [i, point] of (columns['point'] as string[]).entries()) {
    const train = join(folder, 'swept/sweeps/forks', point, 'train');
    const summary = await readSummary(train, trainSummary);
    assert.ok('forked_after' in summary);
    const upTo = (history: typeof theirs) => history.filter(({ epoch }) => epoch <= summary.forked_after);
    const mine = await readHistory(train);
    assert.deepEqual(upTo(mine), upTo(theirs));
    const isParents = (await readFile(join(train, 'model.safetensors'))).equals(
      await readFile(join(parent, 'model.safetensors')),
    );
    // With the weight decay of the run it comes from, a fork ends in its bits.
    assert.equal(isParents, i % 2 === 1, point);
  }
});

test('what is known of a fork is not run again', async () => {
  assert.match((await sweep()).out, /4 points: 4 known, 0 ran/);
});
