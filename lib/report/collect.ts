// Reads what the explorer shows from the stage folders that exist.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openCheckpoints } from '../artifacts/checkpoints.ts';
import { isFormerName } from '../artifacts/former-names.ts';
import { readHistory } from '../artifacts/history.ts';
import { readNeurons } from '../artifacts/neurons.ts';
import { readProgress } from '../artifacts/progress.ts';
import { folderOf, openRun, type Needs } from '../artifacts/run.ts';
import { readSummaries, type Summaries } from '../artifacts/summaries.ts';
import { readRegular } from '../files/regular-file.ts';
import { HISTORY_FIELDS } from '../training/history.ts';
import type { FigureFile, ReportData, Table } from './data.ts';
import { readFigures, titleOf } from './figure-files.ts';
import { snapshotBlocks } from './snapshot-blocks.ts';
import { lengthAsText } from './text-bytes.ts';

/** So that the page can be sent by mail. */
const MOST_BYTES = 12e6;
/** The part of these that is reserved for scripts, style and the kernel. */
const CODE_BYTES = 0.74e6;

export interface Collected {
  readonly data: Omit<ReportData, 'pipeline_yaml' | 'made_by'>;
  readonly blocks: Readonly<Record<string, Uint8Array>>;
  /** A line for each thing that had to be left out. */
  readonly flaws: readonly string[];
}

/** Reads everything; `needs` must have dataset and train, all other stages may be missing. */
export async function collect(needs: Needs): Promise<Collected> {
  const { config: own, carrying, task, train } = await openRun(needs);
  const { config, weights } = carrying;
  const read = new Set(['dataset/pairs.arrow', 'train/model.safetensors']);
  const has = (stage: string, file: string): boolean => {
    const isThere = needs[stage] !== undefined && existsSync(join(needs[stage], file));
    if (isThere) read.add(`${stage}/${file}`);
    return isThere;
  };
  const flaws: string[] = [];
  const summaries = await readSummaries(needs, (flaw) => flaws.push(`${flaw}: left out of the page`));
  const table = async (stage: string, file: string, read: (folder: string) => Promise<NamedColumns>) =>
    has(stage, file) ? toTable(await read(folderOf(needs, stage))) : null;
  const checkpoints = has('train', 'checkpoints.arrow')
    ? await openCheckpoints(folderOf(needs, 'train'), own)
    : null;
  const figures = await figuresOf(needs);
  const trained = new Uint8Array(Math.ceil(config.p ** 2 / 8));
  train.a.forEach((a, i) => {
    const row = a * config.p + train.b[i]!;
    trained[row >> 3] = trained[row >> 3]! | (1 << (row & 7));
  });
  const known = {
    config,
    task: { operation: task.operation, train_fraction: task.train_fraction, seed: task.seed },
    trained: Buffer.from(trained).toString('base64'),
    summaries,
    history: await table('train', 'history.arrow', readHistoryColumns),
    measures:
      (await table('progress', 'progress.arrow', readShownMeasures)) ??
      (checkpoints ? null : lastMeasures(summaries)),
    neurons: await table('neurons', 'neurons.arrow', readNeurons),
    figures: figures.map(({ stage, name, title }) => ({ stage, name, title })),
    versions: {} as Record<string, string>,
  };
  for (const file of [...read].sort()) {
    const [stage, name] = file.split('/') as [string, string];
    known.versions[file] = await hashOf(join(needs[stage]!, name));
  }
  const drawn = figures.map(({ svg }) => gzipSync(svg, { level: 9 }));
  const taken = drawn.reduce((sum, svg) => sum + lengthAsText(svg), JSON.stringify(known).length);
  const room = MOST_BYTES - CODE_BYTES - taken;
  const snapshots = await snapshotBlocks(config, weights, checkpoints, landmarks(summaries), room);
  await checkpoints?.close();
  const blocks = {
    ...Object.fromEntries(snapshots.blocks.map((block, i) => [`weights-${i}`, block])),
    ...Object.fromEntries(drawn.map((block, i) => [`figure-${i}`, block])),
  };
  const { epochs, lack_room } = snapshots;
  return { data: { ...known, snapshots: epochs, snapshots_lack_room: lack_room }, blocks, flaws };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

type Numbers = ArrayLike<number | null>;
type NamedColumns = Readonly<Record<string, Numbers | readonly string[]>>;

/** Numbers as float32; columns of words are left out. The first column has one number per row. */
function toTable(columns: NamedColumns): Table {
  const numbers = Object.entries(columns).filter(
    (entry): entry is [string, Numbers] => typeof entry[1][0] !== 'string',
  );
  const encode = (values: Numbers): string =>
    Buffer.from(bytesOf(Float32Array.from(values, (x) => x ?? NaN))).toString('base64');
  return {
    rows: numbers[0]![1].length,
    columns: Object.fromEntries(numbers.map(([name, values]) => [name, encode(values)])),
  };
}

/** Lists that no picture of the page shows; they would be a third of its numbers. */
const UNSHOWN = ['fourier_norms_W_logit', 'singular_values_W_logit', 'sum_squared_weights_by_weight'];

async function readShownMeasures(folder: string): Promise<NamedColumns> {
  const measures = await readProgress(folder);
  const isShown = ([name]: [string, unknown]): boolean => !UNSHOWN.includes(name) && !isFormerName(name);
  return Object.fromEntries(Object.entries(measures).filter(isShown));
}

async function readHistoryColumns(folder: string): Promise<NamedColumns> {
  const history = await readHistory(folder);
  return Object.fromEntries(HISTORY_FIELDS.map((field) => [field, history.map((record) => record[field])]));
}

/** For a network without checkpoints: the measures of the trained network, as a table of one row. */
function lastMeasures({ measures }: Summaries): Table | null {
  if (!measures) return null;
  const numbers = Object.entries(measures.last).map(([name, value]) => [name, [value]] as const);
  return toTable({ epoch: [0], ...Object.fromEntries(numbers), ...measures.last_lists });
}

/** Epochs worth a snapshot: when the network memorised and grokked, and when phases begin. */
function landmarks({ train, progress }: Summaries): number[] {
  const reached = train && 'memorised_epoch' in train ? [train.memorised_epoch, train.grokked_epoch] : [];
  const phases = Object.values(progress?.phases ?? {}).map((phase) => phase?.from);
  return [...reached, ...phases].filter((epoch) => epoch !== null && epoch !== undefined);
}

/** Every SVG of the stages, with its title. */
async function figuresOf(needs: Needs): Promise<(FigureFile & { svg: Buffer })[]> {
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
