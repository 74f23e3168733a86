// A model trained elsewhere: one file (safetensors or torch.save), or a folder with model.safetensors and perhaps history.arrow,
// whose numbers may be of any type, and checkpoints.arrow, in the form that the train stage writes. Everything is checked
// before a later stage reads it.
import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../files/canonical-json.ts';
import { badFile, Failure, onFile } from '../files/failure.ts';
import { noBiases, type Biases, type Model } from '../network/biases.ts';
import type { Weights } from '../network/config.ts';
import { openModelFile, type Contents, type ModelFile } from '../network/model-contents.ts';
import { inModel } from '../network/model-file.ts';
import { readStateDict, type FoundModel } from '../network/state-dict.ts';
import { findBadRecord, type HistoryRecord } from '../training/history.ts';
import type { Edit, Models } from '../training/edit.ts';
import { modelIn, stateIn } from '../training/start-source.ts';
import { checkCheckpoints, writeCheckpoints } from './checkpoints.ts';
import { readForeignHistory, writeHistory } from './history.ts';

export interface Pretrained extends Model {
  readonly history: readonly HistoryRecord[] | null;
  /** How many checkpoints there are. */
  readonly checkpoints: number;
  /** What was left out, changed or not used, one line each. */
  readonly notes: readonly string[];
  /** Writes history.arrow and checkpoints.arrow as the train stage does, if the model came with them. */
  copyRest(folder: string): Promise<void>;
}

/** Weights of the models that interventions name, by that name. Throws Failure if one is missing or is no model. */
export async function readModels(edits: readonly Edit[]): Promise<Models> {
  const names = new Set(edits.flatMap((edit) => ('model' in edit ? [edit.model] : [])));
  const models = [...names].map(async (name) => {
    const { path, run } = modelIn(name);
    return [name, (await readPretrained(path, run, 'edit')).weights] as const;
  });
  return new Map(await Promise.all(models));
}

/**
 * Reads and checks everything. `run`: which of several runs in a file; `param`: the param that named the model. Throws Failure
 * with what is wrong and what to do.
 */
export async function readPretrained(
  path: string,
  run: number | null = null,
  param: 'start' | 'edit' = 'start',
): Promise<Pretrained> {
  try {
    const isFolder = (await onFile(path, () => stat(path))).isDirectory();
    return await (isFolder ? readFolder(path) : withModelFile(path, (file) => readFile(path, file, run)));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const state = stateIn(path);
    const another = state === null ? ANOTHER : `to go on from this state of a run, name it ${state}`;
    const remedy = error instanceof ChooseRun ? error.remedy : another;
    throw new Failure(`train.${param}: ${error.message}`, remedy);
  }
}

const ANOTHER =
  'name another model, or seed to train one; `npm run inspect -- FILE` says what is in a file and whether it can be taken';

/** The file is good, but holds several runs. */
class ChooseRun extends Failure {}

async function withModelFile<T>(path: string, use: (file: ModelFile) => Promise<T>): Promise<T> {
  const file = await openModelFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readFolder(path: string): Promise<Pretrained> {
  const has = async (name: string): Promise<boolean> =>
    (await stat(join(path, name)).catch(() => null)) !== null;
  const own = join(path, MODEL);
  const { contents, model } = await withModelFile(own, (file) => readRun(own, file, 0));
  const { config, weights, biases } = model;
  const history = (await has(HISTORY)) ? await readForeignHistory(join(path, HISTORY)) : null;
  const checkpoints = (await has(CHECKPOINTS)) ? await checkCheckpoints(path, model) : null;
  const copyRest = async (folder: string): Promise<void> => {
    if (history) await writeHistory(folder, history);
    const to = join(folder, CHECKPOINTS);
    if (checkpoints !== null) await onFile(to, () => copyFile(join(path, CHECKPOINTS), to));
  };
  const notes = notesOf(contents, model);
  return { config, weights, biases, history, checkpoints: checkpoints ?? 0, notes, copyRest };
}

async function readFile(path: string, file: ModelFile, chosen: number | null): Promise<Pretrained> {
  const run = chooseRun(path, file, chosen);
  const { contents, model } = await readRun(path, file, run);
  const { config, weights, biases } = model;
  const { losses, checkpoints } = contents;
  const history = losses && toHistory(losses);
  const problem = history && findBadRecord(history);
  if (problem) throw badFile(path, problem);
  const byEpoch = new Map(history?.map((record) => [record.epoch, record]));
  const records = checkpoints.flatMap(({ epoch }) => byEpoch.get(epoch) ?? []);
  const isComplete = records.length === checkpoints.length;
  const notes = notesOf(contents, model);
  if (!isComplete)
    notes.push(
      `its ${checkpoints.length} checkpoints are left out: their losses are not among those that it has`,
    );
  const copyRest = async (folder: string): Promise<void> => {
    if (history) await writeHistory(folder, history);
    if (records.length > 0 && isComplete)
      await withModelFile(path, (again) => copyCheckpoints(path, again, run, records, model, folder));
  };
  const kept = isComplete ? records.length : 0;
  return { config, weights, biases, history, checkpoints: kept, notes, copyRest };
}

async function copyCheckpoints(
  path: string,
  file: ModelFile,
  run: number,
  records: readonly HistoryRecord[],
  { config, biases }: FoundModel,
  folder: string,
): Promise<void> {
  const { checkpoints } = await inModel(path, () => file.read(run));
  const isBiased = biases !== null;
  const read = async (index: number): Promise<Weights & Partial<Biases>> => {
    const { epoch, model } = checkpoints[index]!;
    const place = `${path}, checkpoint of epoch ${epoch},`;
    const found = await inModel(place, () => readStateDict(model));
    if (canonicalJson(found.config) !== canonicalJson(config))
      throw badFile(place, 'is of another size than the model');
    if (found.biases && !isBiased) throw badFile(place, 'has biases, and the model has none');
    return { ...found.weights, ...(found.biases ?? noBiases(config)) };
  };
  await writeCheckpoints(folder, config, records, read, isBiased);
}

/** Number of the run to read. Throws Failure if there are several and none is chosen, or if there is no such run. */
function chooseRun(path: string, { runs }: ModelFile, run: number | null): number {
  if (run !== null && run < runs.length) return run;
  if (run === null && runs.length === 1) return 0;
  const numbers = runs.length === 1 ? 'number 0' : `numbers 0 to ${runs.length - 1}`;
  throw new ChooseRun(
    run === null ? `${path} holds ${runs.length} runs` : `${path} has no run ${run} (it has ${numbers})`,
    `choose one by its number, as in ${path}#0; \`npm run inspect -- ${path}\` lists them`,
  );
}

async function readRun(
  path: string,
  file: ModelFile,
  run: number,
): Promise<{ contents: Contents; model: FoundModel }> {
  return inModel(path, async () => {
    const contents = await file.read(run);
    return { contents, model: await readStateDict(contents.model, contents.stated) };
  });
}

const notesOf = ({ unused }: Contents, { layout, notes }: FoundModel): string[] => [
  ...(layout.name === 'TransformerLens' ? [] : [`it has the layout of ${layout.from}`]),
  ...notes,
  ...(unused.length > 0 ? [`not used of the file: ${unused.join(', ')}`] : []),
];

/** Accuracies are NaN, as they were not recorded. */
const toHistory = ({ train, test }: NonNullable<Contents['losses']>): HistoryRecord[] =>
  train.map((train_loss, epoch) => {
    return { epoch, train_loss, test_loss: test[epoch]!, train_accuracy: NaN, test_accuracy: NaN };
  });

const MODEL = 'model.safetensors';
const HISTORY = 'history.arrow';
const CHECKPOINTS = 'checkpoints.arrow';
