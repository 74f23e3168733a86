// The real stages: what an edit of this project's own files makes stale, and what it does not.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { findClosure, type Closure } from '../../lib/runner/code/closure.ts';
import { readPipeline } from '../../lib/runner/config/pipeline.ts';
import { Hashes } from '../../lib/runner/disk/hashes.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const closures = new Map<string, Closure>();
let cache: string;
before(async () => {
  cache = await mkdtemp(join(tmpdir(), 'grokscope-closures-'));
  const { stages } = await readPipeline(join(repository, 'pipeline.yaml'));
  const hashes = Hashes.blank();
  for (const { name, script: run } of stages.values())
    closures.set(name, await findClosure(repository, run, cache, hashes));
});
after(() => rm(cache, { recursive: true, force: true }));

const users = (path: string): string[] =>
  [...closures]
    .filter(([, { files }]) => path in files)
    .map(([name]) => name)
    .sort();

test('the kernel, C and WebAssembly, decides what train, logits and measures write, and nothing else', () => {
  for (const path of [
    'lib/engines/kernel/kernel.c',
    'lib/engines/kernel/kernel.h',
    'lib/engines/kernel/wasm/kernel.wasm',
  ])
    assert.deepEqual(users(path), ['logits', 'measures', 'train'], path);
});

test('TensorFlow.js decides what activations write, and as an engine what train writes', () => {
  assert.deepEqual(users('lib/engines/tensorflow/forward.ts'), ['activations', 'train']);
  assert.deepEqual(users('lib/engines/tensorflow/engine.ts'), ['train']);
});

test('a figure, a generator and a forward pass make stale who uses them, and the runner itself nobody', () => {
  assert.ok(users('lib/charts/heatmap.ts').includes('attention'));
  assert.ok(!users('lib/charts/heatmap.ts').includes('train'));
  assert.ok(!users('lib/numerics/svd.ts').includes('train'));
  assert.ok(users('lib/numerics/svd.ts').includes('svd'));
  for (const path of [
    'lib/runner/execute/all-stages.ts',
    'lib/runner/key/key.ts',
    'commands/pipeline.ts',
    'commands/terminal.ts',
    'README.md',
    'pipeline.yaml',
  ])
    assert.deepEqual(users(path), [], path);
  assert.equal(users('lib/runner/stage.ts').length, closures.size);
});

test('no stage reaches a file that is not there', () => {
  for (const [name, { files }] of closures)
    for (const [path, sha256] of Object.entries(files))
      assert.match(sha256, /^[0-9a-f]{64}$/, `${name} ${path}`);
});

test('a package counts for the stages that import it, with what it needs, and tools for none', () => {
  const versions = (stage: string): Readonly<Record<string, string>> => closures.get(stage)!.packages;
  assert.ok('@tensorflow/tfjs-core' in versions('activations'));
  assert.ok(!('@observablehq/plot' in versions('dataset')));
  assert.ok('@observablehq/plot' in versions('svd') && 'd3' in versions('svd'));
  for (const stage of closures.keys())
    for (const tool of ['typescript', 'eslint', 'prettier', 'zx', 'yaml', 'cli-progress'])
      assert.ok(!(tool in versions(stage)), `${tool} in the key of ${stage}`);
});
