// What a model file (safetensors or torch.save) contains: the weights as they are stored, and what was saved with them. People
// save a state_dict alone, or a dictionary that also has losses and checkpoints, as TransformerLens' Grokking_Demo does, or a
// list of several such runs.
import { Malformed, onFile } from '../files/failure.ts';
import { visible } from '../files/visible.ts';
import { readRegion } from '../files/regions.ts';
import { openRegular } from '../files/regular-file.ts';
import { openSafetensors } from '../files/safetensors.ts';
import {
  looksLikeTorch,
  openTorch,
  SavedObject,
  SavedTensor,
  TORCH_START_BYTES,
  type Saved,
} from '../files/torch.ts';
import { statedConfig } from './model-file.ts';
import type { StateDict } from './state-dict.ts';

export interface Contents {
  readonly format: string;
  readonly model: StateDict;
  /** What its config says about its sizes. */
  readonly stated: Readonly<Record<string, unknown>>;
  /** In the order of the file; each holds the weights after the step of its epoch. */
  readonly checkpoints: readonly { readonly epoch: number; readonly model: StateDict }[];
  /** For every epoch from 0 on: the train loss before its step, the test loss after it. */
  readonly losses: { readonly train: readonly number[]; readonly test: readonly number[] } | null;
  /** Names and kinds of everything else in the file. */
  readonly unused: readonly string[];
}

export interface ModelFile {
  readonly format: string;
  /** One run, or all runs of a list. */
  readonly runs: readonly Saved[];
  /** Throws Malformed if an entry is not of the kind that its name implies. */
  read(run: number): Promise<Contents>;
  close(): Promise<void>;
}

/** Opens a file. Throws Failure if it is missing, damaged, or holds no model. */
export async function openModelFile(path: string): Promise<ModelFile> {
  if (!(await isTorch(path))) {
    const { tensors, metadata, close } = await openSafetensors(path);
    const format = 'safetensors';
    const stated = (): Record<string, unknown> => statedConfig(metadata['config']);
    const unused = Object.keys(metadata).filter((name) => name !== 'config');
    const read = async (): Promise<Contents> => {
      return { format, model: tensors, stated: stated(), checkpoints: [], losses: null, unused };
    };
    return { format, runs: [null], read, close };
  }
  const { format, root, close } = await openTorch(path);
  try {
    const runs = await onFile(path, async () => findRuns(root));
    return { format, runs, read: (run) => readRun(format, runs[run]!), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const isTorch = (path: string): Promise<boolean> =>
  onFile(path, async () => {
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      return looksLikeTorch(await readRegion(file, { offset: 0, length: Math.min(size, TORCH_START_BYTES) }));
    } finally {
      await file.close();
    }
  });

type Dictionary = Map<string, Saved>;

const MODELS = ['model', 'state_dict', 'model_state_dict'] as const;
const CHECKPOINTS = ['checkpoints', 'state_dicts'] as const;

const hasTensors = (value: Saved | undefined): value is Dictionary =>
  value instanceof Map && [...value.values()].some((item) => item instanceof SavedTensor);

/** The state_dict of a run and its name there (null if the run is itself the state_dict); null if the run has none. */
function findModel(run: Saved): { readonly name: string | null; readonly model: Dictionary } | null {
  if (!(run instanceof Map)) return null;
  for (const name of MODELS) {
    const model = run.get(name);
    if (hasTensors(model)) return { name, model };
  }
  for (const name of CHECKPOINTS) {
    const list = run.get(name);
    const last = Array.isArray(list) ? list.at(-1) : undefined;
    if (hasTensors(last)) return { name, model: last };
  }
  return hasTensors(run) ? { name: null, model: run } : null;
}

/** The runs in a file: the value itself, or the items of a list, of a list of lists, or of a dictionary. */
function findRuns(root: Saved): Saved[] {
  if (findModel(root)) return [root];
  const items = Array.isArray(root) ? root : root instanceof Map ? [...root.values()] : [];
  const runs = items
    .flatMap((item) => (Array.isArray(item) ? item : [item]))
    .filter((item) => findModel(item));
  if (runs.length > 0) return runs;
  if (root instanceof SavedObject) throw new Malformed(`holds ${kindOf(root)} (save its state_dict())`);
  const model =
    root instanceof Map ? MODELS.map((name) => root.get(name)).find((each) => each !== undefined) : undefined;
  if (model instanceof SavedObject)
    throw new Malformed(`holds ${kindOf(model)} as its model (save its state_dict())`);
  throw new Malformed(`holds ${describe(root)} and no state_dict`);
}

/** A value in a few words, cut to 300 characters because names in a file can be of any length. */
function describe(value: Saved): string {
  if (!(value instanceof Map)) return kindOf(value);
  const names = [...value].map(([name, item]) => `${name}: ${kindOf(item)}`);
  const list = names.length > 8 ? [...names.slice(0, 8), `${names.length - 8} more`] : names;
  return names.length === 0 ? 'an empty dictionary' : visible(`a dictionary (${list.join(', ')})`, 300);
}

export function kindOf(value: Saved): string {
  if (value instanceof Map) return `a dictionary of ${value.size}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof SavedTensor) return `${value.dtype} [${value.shape.join(', ')}]`;
  if (value instanceof SavedObject) return `an object (${value.name})`;
  return value === null ? 'nothing' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

/** A run in a few words, for a list of runs. */
export function describeRun(run: Saved): string {
  const found = findModel(run);
  if (!found || !(run instanceof Map)) return 'safetensors';
  const { shape = [] } = found.model.get('unembed.W_U') as Partial<SavedTensor>;
  const losses = run.get('train_losses');
  const epochs = Array.isArray(losses)
    ? losses.length
    : losses instanceof SavedTensor
      ? losses.shape[0]
      : undefined;
  const words = [`${found.model.size} tensors`];
  if (shape.length === 2) words.push(`W_U [${shape.join(', ')}]`);
  if (epochs !== undefined) words.push(`${epochs} epochs`);
  return words.join(', ');
}

async function readRun(format: string, run: Saved): Promise<Contents> {
  const { name, model } = findModel(run)!;
  const dictionary = run as Dictionary;
  const used = new Set<string>(name === null ? [] : [name]);
  const take = (...names: readonly string[]): Saved | undefined => {
    const found = names.find((each) => dictionary.has(each) && name !== null);
    if (found !== undefined) used.add(found);
    return found === undefined ? undefined : dictionary.get(found);
  };
  const stated = attributesOf(take('config', 'cfg'));
  const [train, test] = [
    await numbersOf('train_losses', take('train_losses')),
    await numbersOf('test_losses', take('test_losses')),
  ];
  if (train.length !== test.length)
    throw new Malformed(`${train.length} train losses and ${test.length} test losses`);
  const states = take(...CHECKPOINTS) ?? [];
  const epochs = await numbersOf('checkpoint_epochs', take('checkpoint_epochs', 'epochs'));
  const checkpoints = Array.isArray(states) ? states.filter((each) => hasTensors(each)) : [];
  if (checkpoints.length !== epochs.length)
    throw new Malformed(`${checkpoints.length} checkpoints and ${epochs.length} checkpoint_epochs`);
  const unused = [...(name === null ? [] : dictionary)].filter(([each]) => !used.has(each));
  const inModel = [...model].filter(([, value]) => !(value instanceof SavedTensor));
  return {
    format,
    model: tensorsOf(model),
    stated,
    checkpoints: checkpoints.map((each, i) => ({ epoch: epochs[i]!, model: tensorsOf(each) })),
    losses: train.length > 0 ? { train, test } : null,
    unused: [...unused, ...inModel].map(([each, value]) => `${each} (${kindOf(value)})`),
  };
}

const tensorsOf = (dictionary: Dictionary): Map<string, SavedTensor> =>
  new Map([...dictionary].filter((entry): entry is [string, SavedTensor] => entry[1] instanceof SavedTensor));

/** The plain values of a config (numbers, strings, flags), which may be saved as a dictionary or as an object. */
function attributesOf(config: Saved | undefined): Record<string, unknown> {
  const attributes =
    config instanceof SavedObject ? config.attributes : config instanceof Map ? config : new Map();
  const plain = [...attributes].filter(([, value]) => value === null || typeof value !== 'object');
  return Object.fromEntries(plain);
}

async function numbersOf(name: string, value: Saved | undefined): Promise<number[]> {
  if (value === undefined || value === null) return [];
  if (value instanceof SavedTensor && value.shape.length === 1) return [...(await value.read())];
  if (!Array.isArray(value)) throw new Malformed(`${name} is ${kindOf(value)} (expected numbers)`);
  const numbers: number[] = [];
  for (const item of value) {
    const number = item instanceof SavedTensor && item.shape.length === 0 ? (await item.read())[0] : item;
    if (typeof number !== 'number') throw new Malformed(`${name} has ${kindOf(item)} (expected numbers)`);
    numbers.push(number);
  }
  return numbers;
}
