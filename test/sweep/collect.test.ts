// `collect` of a sweep: which fields of summaries it may name, and what a column holds where a summary lacks its field.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runSweepCommand } from '../../commands/sweep-command.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import { openPipeline } from '../../lib/runner/runner.ts';
import { readSweep } from '../../lib/sweep/definition.ts';
import { readRow, writeResults } from '../../lib/sweep/results.ts';
import { runInProcess } from '../in-process.ts';
import { repository } from '../runner/project.ts';

let folder: string;
let stages: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grokscope-collect-'));
  stages = (await readFile(join(repository, 'pipeline.yaml'), 'utf8')).split('\nsweeps:')[0]!;
});
after(() => rm(folder, { recursive: true, force: true }));

/** A sweep over two moduli; `collect` stands in the fourth line of `sweeps:`. */
async function write(until: string, collect: string): Promise<string> {
  const sweep = `sweeps:\n  s:\n    until: ${until}\n    collect: [${collect}]\n    matrix: { dataset.p: [5, 7] }\n`;
  const file = join(folder, 'pipeline.yaml');
  await writeFile(file, stages + '\n' + sweep);
  return file;
}

const line = (): number => stages.split('\n').length + 4;

async function refusal(until: string, collect: string): Promise<string> {
  const roots = ['--artifacts', join(folder, 'artifacts'), '--cache', join(folder, 'cache')];
  const words = ['s', '--file', await write(until, collect), ...roots];
  const { code, err } = await runInProcess(repository, words, runSweepCommand);
  assert.equal(code, 2, err);
  assert.ok(!existsSync(join(folder, 'artifacts')), 'nothing has run');
  return err.replaceAll(/ {2,}~*/g, ' ');
}

test('a field that the summary of a stage does not have is refused where it stands, before anything runs', async () => {
  const err = await refusal('train', 'train.epochs, train.groked_epoch, dataset.p.x');
  assert.match(err, new RegExp(`pipeline\\.yaml:${line()}:29 train has no field "groked_epoch"\n`));
  assert.match(err, /did you mean "grokked_epoch"\?/);
  assert.match(err, new RegExp(`pipeline\\.yaml:${line()}:49 dataset\\.p has no field "x"\n`));
});

test('a field inside another one is refused by its own name, and one that is no single value with those inside', async () => {
  const named = ['fourier.gini.power', 'fourier.gini', 'fourier.sum_squared_weights'];
  const err = await refusal('fourier', [...named, 'fourier.key_frequencies.logit_map_tenth'].join(', '));
  assert.match(err, /:15 fourier\.gini has no field "power"\n.*\n.*\n fields of fourier\.gini: power_per_/);
  assert.match(
    err,
    /:35 fourier\.gini is not one value\n.*\n.*\n fields of fourier\.gini: power_per_frequency_W_E, /,
  );
  assert.match(err, /:49 fourier\.sum_squared_weights is not one value\n.*\n.*\n name a part of it/);
  assert.match(err, /:78 fourier\.key_frequencies has no field "logit_map_tenth"/);
  assert.match(err, /did you mean "logit_map_tenth_max"\?/);
});

test('fields of every kind are accepted: numbers, words, lists, entries by name, and those with a number in theirs', async () => {
  const names = 'fourier.not_measured, fourier.fourier_norms_W_E, fourier.sum_squared_weights.W_E';
  const numbered = 'fourier.singular_vector_spectrum_first8, fourier.fourier_norms_W_E.0';
  const file = await openPipeline(await write('fourier', `${names}, ${numbered}, train.engine`));
  const { fields } = await readSweep(file, 's');
  assert.equal(fields.length, 9 + 6);
});

test('a declared field that one summary lacks is null there, and NaN in its column', async () => {
  const sweep = await readSweep(await openPipeline(await write('fourier', 'train.parameters')), 's');
  const [measured, unmeasured] = sweep.points;
  const summaries = [
    [measured!, { memorised_epoch: 30, epochs: 99, parameters: 7 }, { logit_map_quarter_max: [1, 2] }],
    [unmeasured!, { history: null, epochs: null, parameters: 7 }, null],
  ] as const;
  for (const [{ name }, train, key_frequencies] of summaries)
    for (const [stage, summary] of Object.entries({ train, fourier: { key_frequencies } })) {
      await mkdir(join(folder, name, stage), { recursive: true });
      await writeFile(join(folder, name, stage, 'summary.json'), JSON.stringify(summary));
    }
  const rows = await Promise.all([measured!, unmeasured!].map((point) => readRow(folder, sweep, point)));
  assert.equal(rows[1]!.fields['train.memorised_epoch'], null);
  assert.equal(rows[1]!.fields['fourier.key_frequencies.logit_map_quarter_max'], null);
  await writeResults(folder, sweep, rows);
  const { columns } = await readArrow(join(folder, 'results.arrow'));
  assert.deepEqual(columns['train.memorised_epoch'], Float64Array.of(30, NaN));
  assert.deepEqual(columns['train.parameters'], Float64Array.of(7, 7));
  assert.deepEqual(columns['fourier.key_frequencies.logit_map_quarter_max'], ['1 2', '']);
});
