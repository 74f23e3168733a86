// A run that another one continues: the state that it kept after the step of an epoch, and its history and checkpoints up to
// there.
import { join } from 'node:path';
import type { Start } from '../training/start.ts';
import { flattenWeights } from '../network/config.ts';
import { readKeptState } from '../training/kept-state.ts';
import { stateFile } from '../training/start-source.ts';
import { openCheckpoints } from './checkpoints.ts';
import { readHistory } from './history.ts';

/** Opens `<folder>@<epoch>`. Throws Failure if something is missing or damaged. */
export async function openFork(folder: string, epoch: number): Promise<Start> {
  const { origin, state, extent } = await readKeptState(join(folder, stateFile(epoch)));
  const { config } = origin;
  const records = (await readHistory(folder)).filter((record) => record.epoch <= epoch);
  const checkpoints = async function* (): AsyncGenerator<[number, Float32Array]> {
    const { records, read, close } = await openCheckpoints(folder, config);
    try {
      for (const [index, record] of records.entries())
        if (record.epoch <= epoch) yield [record.epoch, flattenWeights(config, (await read(index)).weights)];
    } finally {
      await close();
    }
  };
  return { origin, first: () => state, parent: { epoch, records, checkpoints, extent, folder } };
}
