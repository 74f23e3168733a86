import { activationsSummary } from '../../lib/artifacts/activations.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { readArrow } from '../../lib/files/arrow.ts';
import { createTensor } from '../../lib/files/tensor.ts';
import { writeActivations } from '../../lib/artifacts/activation-files.ts';
import { openReadable } from '../../lib/engines/readable.ts';
import type { ModelConfig, Weights } from '../../lib/network/config.ts';
import { ACTIVATION_NAMES, EVERYTHING } from '../../lib/network/hooks.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { writeModel } from '../../lib/network/model-file.ts';
import { checkParams } from '../../lib/runner/schema.ts';
import { writePairs } from '../../lib/artifacts/dataset.ts';
import { gridRows } from '../../lib/task/split.ts';
import { params } from '../../stages/activations.params.ts';
import { params as attentionParams } from '../../stages/attention.params.ts';
import { assertClose } from '../assert-close.ts';
import { runStage, temporaryFolder, type Ended } from './start-stage.ts';

const PATTERN = 'blocks.0.attn.hook_pattern';
const POST = 'blocks.0.mlp.hook_post';

interface Dumped extends Ended {
  readonly needs: Record<string, string>;
  readonly out: string;
}

/** Runs the stage on an untrained model and a dataset; `out` is a new folder each time. */
async function run(
  t: { after(remove: () => Promise<void>): void },
  p: { model: number; dataset: number },
  given: Record<string, unknown> = {},
  weightsOf = (config: ModelConfig): Weights => initialWeights(config, 3),
): Promise<Dumped> {
  const folder = await temporaryFolder(t);
  const needs = { dataset: join(folder, 'dataset'), train: join(folder, 'train') };
  const out = join(folder, 'out');
  for (const path of [needs.dataset, needs.train, out]) await mkdir(path);
  const config = { p: p.model, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
  await writeModel(join(needs.train, 'model.safetensors'), config, weightsOf(config));
  const task = { p: p.dataset, operation: 'add', train_fraction: 0.5, seed: 1 } as const;
  const isTrain = new Uint8Array(p.dataset ** 2);
  await writePairs(needs.dataset, task, gridRows(p.dataset, 'add'), isTrain);
  return { ...(await runStage('activations', params, given, needs, out)), needs, out };
}

const CHOSEN = [PATTERN, POST, 'logits'] as const;

/** One model dumped whole, at = alone, and that in float16. */
const dump = (given: Record<string, unknown>): Promise<Dumped> =>
  run({ after }, { model: 7, dataset: 7 }, given);
const whole = await dump({});
const last = await dump({ hooks: CHOSEN, positions: 'last' });
const half = await dump({ hooks: CHOSEN, positions: 'last', dtype: 'float16' });

test('lists the hooks with their shapes, says what computed, and leaves a file for each', async () => {
  const { exitCode, log, out } = whole;
  assert.equal(exitCode, 0, log);
  assert.match(log, /^forward pass: TensorFlow/);
  assert.match(log, /^hook_embed \[49, 3, 8\]\nhook_pos_embed \[49, 3, 8\]\nblocks.0.hook_resid_pre/m);
  assert.match(log, /^blocks.0.attn.hook_pattern \[49, 2, 3, 3\]$/m);
  assert.match(log, /^logits \[49, 3, 7\]$/m);
  const expected = [...ACTIVATION_NAMES.map((name) => `${name}.arrow`), 'summary.json'];
  assert.deepEqual((await readdir(out)).sort(), expected.sort());
  // An untrained network guesses: ln(7) is 1.95.
  const { loss, accuracy, ...rest } = await readSummary(out, activationsSummary);
  assert.deepEqual(rest, { p: 7, pairs: 49, hooks: 15, dtype: 'float32', positions: 'all' });
  assert.ok(loss !== null && loss > 1.8 && loss < 3, String(loss));
  assert.ok(accuracy !== null && accuracy >= 0 && accuracy < 0.5, String(accuracy));
});

test('of equal logits the first is the answer', async (t) => {
  const equalLogits = (config: ModelConfig): Weights => {
    const weights = initialWeights(config, 3);
    return { ...weights, W_U: createTensor(weights.W_U.shape) };
  };
  const { out } = await run(t, { model: 3, dataset: 3 }, { hooks: ['logits'] }, equalLogits);
  assert.equal((await readSummary(out, activationsSummary)).accuracy, 1 / 3);
});

test('leaves the same bytes each time', async (t) => {
  const [first, second] = [await run(t, { model: 5, dataset: 5 }), await run(t, { model: 5, dataset: 5 })];
  for (const name of await readdir(first.out))
    assert.deepEqual(await readFile(join(first.out, name)), await readFile(join(second.out, name)), name);
});

test('chosen hooks alone, at = alone, in float16, are what the whole dump has there', async () => {
  const names = [...CHOSEN.map((name) => `${name}.arrow`), 'summary.json'];
  for (const { out } of [last, half]) assert.deepEqual((await readdir(out)).sort(), names.sort());
  assert.match(
    last.log,
    /^blocks.0.attn.hook_pattern \[49, 2, 3\]\nblocks.0.mlp.hook_post \[49, 16\]\nlogits \[49, 7\]$/m,
  );
  const shapes = { [PATTERN]: [2, 3, 3], [POST]: [3, 16], logits: [3, 7] };
  const dims = { [PATTERN]: ['head', 'key_pos'], [POST]: ['d_mlp'], logits: ['d_vocab_out'] };
  for (const name of CHOSEN) {
    const read = async ({ out }: { out: string }) => readArrow(join(out, `${name}.arrow`));
    const { columns } = await read(whole);
    const [outer, inner] = name === PATTERN ? [2, 3] : [1, shapes[name][1]!];
    const expected = (columns.value as Float32Array).filter((_, i) => Math.floor(i / inner!) % 3 === 2);
    const kept = await read(last);
    assert.deepEqual(kept.columns.value, expected, name);
    assert.deepEqual(kept.schema.columns.value, {
      type: 'tensor',
      shape: name === PATTERN ? [outer, inner] : [inner],
      dims: dims[name],
    });
    assert.equal(kept.schema.metadata.positions, 'last');
    const { schema, columns: halves } = await read(half);
    assert.equal((schema.columns.value as { dtype?: string }).dtype, 'float16');
    assertClose(name, halves.value as Float32Array, expected, { rtol: 2 ** -11, atol: 2 ** -24 });
  }
});

test('attention draws the same from a reduced dump, and names the param where its hook was left out', async (t) => {
  const drawn = await Promise.all(
    [whole, half].map(({ needs, out }) => attention(t, { ...needs, activations: out })),
  );
  for (const { exitCode, log } of drawn) assert.equal(exitCode, 0, log);
  for (const figure of ['average_pattern', 'attention_to_a', 'neurons']) {
    const [expected, reduced] = await Promise.all(
      drawn.map(async ({ out }) => (await readArrow(join(out, `${figure}.arrow`))).columns),
    );
    const name = figure === 'neurons' ? 'activation' : 'attention';
    assertClose(figure, reduced![name] as Float64Array, expected![name] as Float64Array, { atol: 1e-3 });
  }
  const partial = await temporaryFolder(t);
  await copyFile(join(last.out, `${POST}.arrow`), join(partial, `${POST}.arrow`));
  const { exitCode, message, log } = await attention(t, { ...last.needs, activations: partial });
  assert.equal(exitCode, 1);
  assert.match(message, /hook_pattern\.arrow is missing: it is not among the hooks of activations$/);
  assert.match(
    log,
    /add blocks\.0\.attn\.hook_pattern to hooks among the params of activations in pipeline\.yaml/,
  );
});

async function attention(t: TestContext, needs: Record<string, string>): Promise<Ended & { out: string }> {
  const out = await temporaryFolder(t);
  return { ...(await runStage('attention', attentionParams, {}, needs, out)), out };
}

test('a value that float16 cannot hold is refused, not written as infinity', async (t) => {
  const folder = await temporaryFolder(t);
  const config = { p: 5, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
  const weights = initialWeights(config, 3);
  weights.W_E.data.fill(1e5);
  const readable = await openReadable();
  const write = (dtype: 'float16' | 'float32'): Promise<void> => {
    const batches = readable.run(config, weights, gridRows(5, 'add'), new Set(EVERYTHING.hooks));
    return writeActivations(folder, config, batches, { ...EVERYTHING, dtype });
  };
  await assert.rejects(
    write('float16'),
    /^Failure: hook_embed has the value 100000, beyond what float16 holds/,
  );
  await write('float32');
});

test('hooks must be names that exist, each once', () => {
  const issue = (hooks: unknown): string | undefined => checkParams(params, { hooks }).issues[0]?.message;
  assert.match(issue(['blocks.0.mlp.hook_pots'])!, /^must be one of hook_embed, /);
  assert.equal(issue([POST, POST]), 'must be names that differ');
  assert.match(issue([])!, /at least 1/);
  assert.equal(issue([POST]), undefined);
});

test('a model and a dataset of different p are refused', async (t) => {
  const { exitCode, message } = await run(t, { model: 7, dataset: 5 });
  assert.equal(exitCode, 1);
  assert.equal(message, 'the model has p = 7, the dataset p = 5');
});
