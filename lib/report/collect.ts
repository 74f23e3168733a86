// Reads what the explorer shows from the stage folders that exist.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { anything, byName } from '../artifacts/fields.ts';
import { readSummary } from '../artifacts/summary.ts';
import { openArrow, readArrow, type ArrowFile } from '../files/arrow.ts';
import { Failure } from '../files/failure.ts';
import { toFloat16 } from '../files/float16.ts';
import { readRegular } from '../files/regular-file.ts';
import { createTensor } from '../files/tensor.ts';
import { embeddingInBasis } from '../network/composites.ts';
import {
  flattenWeights,
  WEIGHT_NAMES,
  weightShapes,
  type ModelConfig,
  type Weights,
} from '../network/config.ts';
import { readModel } from '../network/model-file.ts';
import { fourierNorms, makeFourierBasis } from '../numerics/fourier-basis.ts';
import { toMatrix } from '../numerics/matrix.ts';
import { readPairs } from '../task/dataset.ts';
import type { FigureFile, ReportData, Summaries, Table } from './data.ts';
import { readFigures, titleOf } from './figure-files.ts';
import { chooseSnapshots } from './snapshots.ts';

/** How many checkpoints are in the page with their weights. */
const SNAPSHOTS = 16;

export interface Collected {
  readonly data: Omit<ReportData, 'pipeline_yaml' | 'made_by'>;
  readonly blocks: Readonly<Record<string, Uint8Array>>;
  /** A line for each thing that had to be left out. */
  readonly flaws: readonly string[];
}

type Folders = Readonly<Record<string, string>>;

/** Reads everything; `needs` must have dataset and train, all other stages may be missing. */
export async function collect(needs: Folders): Promise<Collected> {
  const path = (stage: string, file: string): string | null => {
    const at = needs[stage] === undefined ? null : join(needs[stage], file);
    return at !== null && existsSync(at) ? at : null;
  };
  const read = new Set(['dataset/pairs.arrow', 'train/model.safetensors']);
  const table = async (stage: string, file: string): Promise<Table | null> => {
    const at = path(stage, file);
    if (at === null) return null;
    read.add(`${stage}/${file}`);
    return readTable(at);
  };
  const { config, weights } = await readModel(join(needs['train']!, 'model.safetensors'));
  const { task, train } = await readPairs(join(needs['dataset']!, 'pairs.arrow'));
  const summaries: Record<string, Readonly<Record<string, unknown>>> = {};
  const flaws: string[] = [];
  for (const [stage, folder] of Object.entries(needs)) {
    if (!path(stage, 'summary.json')) continue;
    const summary = await readSummary(folder, byName(anything)).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      flaws.push(`${error.message}: left out of the page`);
      return null;
    });
    if (summary) summaries[stage] = summary;
  }

  const checkpoints = path('train', 'checkpoints.arrow');
  if (checkpoints) read.add('train/checkpoints.arrow');
  const snapshots = checkpoints
    ? await readSnapshots(checkpoints, config, landmarks(summaries))
    : [{ epoch: 0, halves: toFloat16(flattenWeights(config, weights)) }];
  const figures = await figuresOf(needs);
  const trained = new Uint8Array(Math.ceil(config.p ** 2 / 8));
  train.a.forEach((a, i) => {
    const row = a * config.p + train.b[i]!;
    trained[row >> 3] = trained[row >> 3]! | (1 << (row & 7));
  });
  const data = {
    config,
    task: { operation: task.operation, train_fraction: task.train_fraction, seed: task.seed },
    trained: Buffer.from(trained).toString('base64'),
    summaries,
    history: await table('train', 'history.arrow'),
    measures:
      (await table('progress', 'progress.arrow')) ??
      (checkpoints ? null : lastMeasures(config, weights, summaries)),
    snapshots: snapshots.map(({ epoch }) => epoch),
    neurons: await table('neurons', 'neurons.arrow'),
    figures: figures.map(({ stage, name, title }) => ({ stage, name, title })),
    versions: {} as Record<string, string>,
  };
  for (const file of [...read].sort()) {
    const [stage, name] = file.split('/') as [string, string];
    data.versions[file] = await hashOf(join(needs[stage]!, name));
  }
  const blocks = {
    ...Object.fromEntries(snapshots.map(({ halves }, i) => [`weights-${i}`, bytesOf(halves)])),
    ...Object.fromEntries(figures.map(({ svg }, i) => [`figure-${i}`, gzipSync(svg, { level: 9 })])),
  };
  return { data, blocks, flaws };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const toTable = (rows: number, columns: Readonly<Record<string, ArrayLike<number>>>): Table => ({
  rows,
  columns: Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [
      name,
      Buffer.from(bytesOf(Float32Array.from(values))).toString('base64'),
    ]),
  ),
});

/** The numeric columns of a file, as float32. */
async function readTable(path: string): Promise<Table> {
  const { rows, columns } = await readArrow(path);
  const numbers = Object.entries(columns).filter(([, values]) => typeof values[0] !== 'string');
  return toTable(rows, Object.fromEntries(numbers) as Record<string, ArrayLike<number>>);
}

/** For a network without checkpoints: what the stages found of it, as a table of one row. */
function lastMeasures(config: ModelConfig, weights: Weights, summaries: Summaries): Table {
  const W_E = toMatrix(weights.W_E, { rows: config.p });
  const singular = numbersIn(summaries['svd']?.['singular_values_W_E']);
  const cosines = numbersIn(summaries['logits']?.['logit_cosine_coefficients']);
  return toTable(1, {
    epoch: [0],
    fourier_norms_W_E: fourierNorms(embeddingInBasis(makeFourierBasis(config.p), W_E)).all,
    ...(singular ? { singular_values_W_E: singular } : {}),
    ...(cosines ? { logit_cosine_coefficients: cosines } : {}),
  });
}

/** The value if it is a list of numbers, else null: the summary may come from anywhere. */
const numbersIn = (value: unknown): number[] | null =>
  Array.isArray(value) && value.every((x) => typeof x === 'number') ? value : null;

/** Epochs worth a snapshot: when the network memorised and grokked, and when phases begin. */
function landmarks(summaries: Summaries): number[] {
  const train = summaries['train'] ?? {};
  const phases = Object.values(
    (summaries['progress']?.['phases'] ?? {}) as Record<string, { from?: unknown }>,
  );
  return [train['memorised_epoch'], train['grokked_epoch'], ...phases.map((phase) => phase?.from)].filter(
    (epoch) => typeof epoch === 'number',
  );
}

/** Weights of chosen checkpoints as float16, in the order of WEIGHT_NAMES. Holds one checkpoint in memory at a time. */
async function readSnapshots(
  path: string,
  config: ModelConfig,
  kept: readonly number[],
): Promise<{ epoch: number; halves: Uint16Array }[]> {
  const file = await openArrow(path);
  try {
    const epochs = Array.from((await file.readColumn('epoch')) as Float64Array);
    const chosen = new Set(chooseSnapshots(epochs, kept, SNAPSHOTS));
    const snapshots = [];
    for (const [row, epoch] of epochs.entries())
      if (chosen.has(epoch)) snapshots.push({ epoch, halves: await readWeights(file, row, config) });
    return snapshots;
  } finally {
    await file.close();
  }
}

/** Reads the weights of one checkpoint: each is a batch of its own. */
async function readWeights(file: ArrowFile, row: number, config: ModelConfig): Promise<Uint16Array> {
  const columns = await file.readBatch(row);
  const shapes = weightShapes(config);
  const entries = WEIGHT_NAMES.map((name) => [
    name,
    createTensor(shapes[name], columns[name] as Float32Array),
  ]);
  return toFloat16(flattenWeights(config, Object.fromEntries(entries) as Weights));
}

/** Every SVG of the stages, with the title that stands in it. */
async function figuresOf(needs: Folders): Promise<(FigureFile & { svg: Buffer })[]> {
  const figures = [];
  for (const [stage, folder] of Object.entries(needs))
    for (const { file, svg } of await readFigures(folder))
      figures.push({ stage, name: file.slice(0, -'.svg'.length), title: titleOf(svg) ?? file, svg });
  return figures;
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readRegular(path))
    .digest('hex');
}
