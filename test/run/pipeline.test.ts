// The whole pipeline as a user runs it: the real command, the project's own stages and pipeline.yaml, a small network.
import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SUMMARIES } from '../../lib/artifacts/summaries.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { openArrow } from '../../lib/files/arrow.ts';
import { HOOK_NAMES } from '../../lib/network/hooks.ts';
import { runInProcess } from '../in-process.ts';
import type { Finished } from '../run-pipeline.ts';
import { artifact, CONFIG, inFolder, project, runByNpm, smallRun, words } from './small-run.ts';

/** The same command in this process. */
async function again(...more: string[]): Promise<Finished> {
  const { code, out, err } = await runInProcess(project, ['pipeline', ...words(...more)]);
  return { code, output: out + err };
}

const STAGES = [
  'dataset',
  'train',
  'curves',
  'activations',
  'attention',
  'svd',
  'fourier',
  'neurons',
  'logits',
  'measures',
  'progress',
  'report',
] as const;

/** Every file below the stage folders, by content. */
async function snapshot(): Promise<Map<string, string>> {
  const files = await readdir(artifact(), { recursive: true, withFileTypes: true });
  const paths = files.filter((f) => f.isFile()).map((f) => join(f.parentPath, f.name));
  const stageFiles = paths.filter((path) => !path.includes('/.')).sort();
  return new Map(
    await Promise.all(
      stageFiles.map(async (path) => [path, (await readFile(path)).toString('base64')] as [string, string]),
    ),
  );
}

test('a cold run trains, dumps, analyses and draws; every stage leaves what it promises', async () => {
  const { code, output } = await smallRun();
  assert.equal(code, 0, output);
  for (const stage of STAGES) {
    assert.match(output, new RegExp(`${stage}.*ran [\\d.]+ s`));
    await readSummary(artifact(stage), SUMMARIES[stage]);
  }
  for (const hook of HOOK_NAMES) {
    const file = await openArrow(artifact('activations', `${hook}.arrow`));
    assert.equal(file.rows, CONFIG.p ** 2, hook);
    await file.close();
  }
  for (const stage of ['curves', 'attention', 'svd', 'fourier', 'neurons', 'logits', 'progress']) {
    const names = await readdir(artifact(stage));
    const figures = names.filter((name) => name.endsWith('.svg'));
    assert.ok(figures.length > 0, `${stage} has no figure`);
    for (const svg of figures)
      for (const extension of ['.png', '.arrow'])
        assert.ok(names.includes(svg.replace('.svg', extension)), `${stage}/${svg} has no ${extension}`);
  }
});

test('a second run runs nothing', async () => {
  const before = await stat(artifact('train', 'model.safetensors'));
  const { code, output } = await again();
  assert.equal(code, 0, output);
  for (const stage of STAGES) assert.match(output, new RegExp(`${stage}.*fresh`));
  const now = await stat(artifact('train', 'model.safetensors'));
  assert.equal(now.mtimeMs, before.mtimeMs);
});

test('a changed number reruns what depends on it and says so; changed back, all is restored to the same bytes', async () => {
  const original = await snapshot();
  const changed = await again('--set', 'fourier.components=4');
  assert.equal(changed.code, 0, changed.output);
  assert.match(changed.output, /fourier.*ran/);
  assert.match(changed.output, /params\.components: 8 -> 4/);
  assert.match(changed.output, /train.*fresh/);
  assert.notDeepEqual(await snapshot(), original);

  const back = await again();
  assert.match(back.output, /fourier.*restored/);
  assert.deepEqual(await snapshot(), original);
});

const skip = process.env['GROKSCOPE_LONG'] ? false : 'a second cold run: npm run test:long';
test('the same run in another place gives the same bytes', { skip }, async () => {
  const original = await snapshot();
  await cp(artifact(), inFolder('first'), { recursive: true });
  await rm(artifact(), { recursive: true });
  await rm(inFolder('cache'), { recursive: true });
  const { code, output } = await runByNpm();
  assert.equal(code, 0, output);
  assert.deepEqual(await snapshot(), original);
});
