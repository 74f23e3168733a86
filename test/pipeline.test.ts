// The whole pipeline as a user runs it: the real command, the project's own stages and pipeline.yaml, a small network.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SUMMARIES } from '../lib/artifacts/summaries.ts';
import { readSummary } from '../lib/artifacts/summary.ts';
import { openArrow } from '../lib/files/arrow.ts';
import { HOOK_NAMES } from '../lib/network/hooks.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const SMALL = [
  'dataset.p=7',
  'dataset.train_fraction=0.6',
  'train.d_model=8',
  'train.n_heads=2',
  'train.d_head=4',
  'train.d_mlp=16',
  'train.epochs=60',
  'train.checkpoint_every=20',
].flatMap((set) => ['--set', set]);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grokscope-pipeline-'));
});
after(() => rm(folder, { recursive: true }));

interface Finished {
  readonly code: number;
  readonly output: string;
}

function pipeline(...args: string[]): Promise<Finished> {
  const roots = ['--artifacts', join(folder, 'artifacts'), '--cache', join(folder, 'cache')];
  const command = ['run', '--silent', 'pipeline', '--', ...roots, '--as-written', ...SMALL, ...args];
  return new Promise((resolve) => {
    execFile('npm', command, { cwd: project }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
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
async function snapshot(artifacts: string): Promise<Map<string, string>> {
  const files = await readdir(artifacts, { recursive: true, withFileTypes: true });
  const paths = files.filter((f) => f.isFile()).map((f) => join(f.parentPath, f.name));
  const stageFiles = paths.filter((path) => !path.includes('/.')).sort();
  return new Map(
    await Promise.all(
      stageFiles.map(async (path) => [path, (await readFile(path)).toString('base64')] as [string, string]),
    ),
  );
}

test('a cold run trains, dumps, analyses and draws; every stage leaves what it promises', async () => {
  const { code, output } = await pipeline();
  assert.equal(code, 0, output);
  const artifacts = join(folder, 'artifacts');
  for (const stage of STAGES) {
    assert.match(output, new RegExp(`${stage}.*ran [\\d.]+ s`));
    await readSummary(join(artifacts, stage), SUMMARIES[stage]);
  }
  for (const hook of HOOK_NAMES) {
    const file = await openArrow(join(artifacts, 'activations', `${hook}.arrow`));
    assert.equal(file.rows, 49, hook);
    await file.close();
  }
  for (const stage of ['curves', 'attention', 'svd', 'fourier', 'neurons', 'logits', 'progress']) {
    const names = await readdir(join(artifacts, stage));
    const figures = names.filter((name) => name.endsWith('.svg'));
    assert.ok(figures.length > 0, `${stage} has no figure`);
    for (const svg of figures)
      for (const extension of ['.png', '.arrow'])
        assert.ok(names.includes(svg.replace('.svg', extension)), `${stage}/${svg} has no ${extension}`);
  }
});

test('a second run runs nothing', async () => {
  const before = await stat(join(folder, 'artifacts', 'train', 'model.safetensors'));
  const { code, output } = await pipeline();
  assert.equal(code, 0, output);
  for (const stage of STAGES) assert.match(output, new RegExp(`${stage}.*fresh`));
  const now = await stat(join(folder, 'artifacts', 'train', 'model.safetensors'));
  assert.equal(now.mtimeMs, before.mtimeMs);
});

test('a changed number reruns what depends on it and says so; changed back, all is restored to the same bytes', async () => {
  const artifacts = join(folder, 'artifacts');
  const original = await snapshot(artifacts);
  const changed = await pipeline('--set', 'fourier.components=4');
  assert.equal(changed.code, 0, changed.output);
  assert.match(changed.output, /fourier.*ran/);
  assert.match(changed.output, /params\.components: 8 -> 4/);
  assert.match(changed.output, /train.*fresh/);
  assert.notDeepEqual(await snapshot(artifacts), original);

  const back = await pipeline();
  assert.match(back.output, /fourier.*restored/);
  assert.deepEqual(await snapshot(artifacts), original);
});

const skip = process.env['GROKSCOPE_LONG'] ? false : 'a second cold run: npm run test:long';
test('the same run in another place gives the same bytes', { skip }, async () => {
  const original = await snapshot(join(folder, 'artifacts'));
  await cp(join(folder, 'artifacts'), join(folder, 'first'), { recursive: true });
  await rm(join(folder, 'artifacts'), { recursive: true });
  await rm(join(folder, 'cache'), { recursive: true });
  const { code, output } = await pipeline();
  assert.equal(code, 0, output);
  assert.deepEqual(await snapshot(join(folder, 'artifacts')), original);
});
