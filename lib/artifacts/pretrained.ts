// A model trained elsewhere: one safetensors file, or a folder with model.safetensors and, if there are any,
// history.arrow, whose numbers may be of any type, and checkpoints.arrow in the form in which the train stage writes it.
// Everything is checked before a later stage meets it.
import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, onFile } from '../files/failure.ts';
import type { ModelConfig, Weights } from '../network/config.ts';
import { readModel } from '../network/model-file.ts';
import type { HistoryRecord } from '../training/history.ts';
import { checkCheckpoints } from './checkpoints.ts';
import { readForeignHistory, writeHistory } from './history.ts';

export interface Pretrained {
  readonly config: ModelConfig;
  readonly weights: Weights;
  readonly history: readonly HistoryRecord[] | null;
  /** How many there are; 0 without checkpoints.arrow. */
  readonly checkpoints: number;
  /** Writes history.arrow as the train stage does and copies checkpoints.arrow, where the model came with them. */
  copyRest(folder: string): Promise<void>;
}

/** Reads and checks everything. Throws Failure with what is wrong and the param to blame. */
export async function readPretrained(path: string): Promise<Pretrained> {
  const isFolder = (await onFile(path, () => stat(path))).isDirectory();
  const model = isFolder ? join(path, 'model.safetensors') : path;
  const has = async (name: string): Promise<boolean> =>
    isFolder && (await stat(join(path, name)).catch(() => null)) !== null;
  try {
    const { config, weights } = await readModel(model);
    const history = (await has(HISTORY)) ? await readForeignHistory(join(path, HISTORY)) : null;
    const checkpoints = (await has(CHECKPOINTS)) ? await checkCheckpoints(path, config) : null;
    const copyRest = async (folder: string): Promise<void> => {
      if (history) await writeHistory(folder, history);
      const to = join(folder, CHECKPOINTS);
      if (checkpoints !== null) await onFile(to, () => copyFile(join(path, CHECKPOINTS), to));
    };
    return { config, weights, history, checkpoints: checkpoints ?? 0, copyRest };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(
      `pretrained: ${error.message}`,
      'give another model in pretrained among the params of train, or null to train one',
    );
  }
}

const HISTORY = 'history.arrow';
const CHECKPOINTS = 'checkpoints.arrow';
