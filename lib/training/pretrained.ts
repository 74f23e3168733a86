// A model trained elsewhere: one safetensors file, or a folder with model.safetensors and, if there are any,
// history.arrow and checkpoints.arrow in the form in which the train stage writes them. Everything is checked before a
// later stage meets it.
import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpectedError } from '../files/expected-error.ts';
import { onFile } from '../files/file-error.ts';
import type { ModelConfig, Weights } from '../model/config.ts';
import { readModel } from '../model/model-file.ts';
import { checkCheckpoints } from './checkpoints.ts';
import { checkHistory, readHistory } from './history-file.ts';
import type { HistoryRecord } from './history.ts';

export interface Pretrained {
  readonly config: ModelConfig;
  readonly weights: Weights;
  readonly history: readonly HistoryRecord[] | null;
  /** How many there are; 0 without checkpoints.arrow. */
  readonly checkpoints: number;
  /** Copies history.arrow and checkpoints.arrow, as far as there are any. */
  copyRest(folder: string): Promise<void>;
}

/** Reads and checks everything. Throws ExpectedError with what is wrong and the param to blame. */
export async function readPretrained(path: string): Promise<Pretrained> {
  const isFolder = (await onFile(path, () => stat(path))).isDirectory();
  const model = isFolder ? join(path, 'model.safetensors') : path;
  const rest: string[] = [];
  const has = async (name: string): Promise<boolean> => {
    const found = isFolder && (await stat(join(path, name)).catch(() => null)) !== null;
    if (found) rest.push(name);
    return found;
  };
  try {
    const { config, weights } = await readModel(model);
    const history = (await has(HISTORY)) ? await readHistory(join(path, HISTORY)) : null;
    if (history) checkHistory(join(path, HISTORY), history);
    const checkpoints = (await has(CHECKPOINTS))
      ? await checkCheckpoints(join(path, CHECKPOINTS), config)
      : 0;
    const copyRest = async (folder: string): Promise<void> => {
      for (const name of rest)
        await onFile(join(folder, name), () => copyFile(join(path, name), join(folder, name)));
    };
    return { config, weights, history, checkpoints, copyRest };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    throw new ExpectedError(
      `pretrained: ${error.message}`,
      'give another model in pretrained among the params of train, or null to train one',
    );
  }
}

const HISTORY = 'history.arrow';
const CHECKPOINTS = 'checkpoints.arrow';
