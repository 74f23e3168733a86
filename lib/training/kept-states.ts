// The states that a run keeps for later forks: whole files in resume_dir while it is under way, copied to its folder at the end.
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrainingState } from '../engines/engine.ts';
import { Failure, onFile } from '../files/failure.ts';
import { writeWhole } from '../files/whole-file.ts';
import type { Journal } from './journal.ts';
import { readKeptState, writeKeptState, type Origin } from './kept-state.ts';
import { stateFile } from './start-source.ts';

export class KeptStates {
  readonly #folder: string;
  readonly #origin: Origin;
  readonly #journal: Journal;

  constructor(resume_dir: string, origin: Origin, journal: Journal) {
    this.#folder = resume_dir;
    this.#origin = origin;
    this.#journal = journal;
  }

  async keep(epoch: number, state: TrainingState): Promise<void> {
    const path = join(this.#folder, stateFile(epoch));
    await mkdir(dirname(path), { recursive: true });
    const kept = { origin: this.#origin, epoch, state, extent: this.#journal.extent };
    await onFile(path, () => writeWhole(path, (temporary) => writeKeptState(temporary, kept)));
  }

  /** The first of these epochs whose state is missing or damaged, with what is wrong; null if all are whole. */
  async findDamage(epochs: readonly number[]): Promise<string | null> {
    for (const epoch of epochs)
      try {
        await readKeptState(join(this.#folder, stateFile(epoch)));
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return error.message.replaceAll(`${this.#folder}/`, '');
      }
    return null;
  }

  /** Copies the states of these epochs to the folder of the stage. Throws Failure if one is missing or damaged. */
  async publish(epochs: readonly number[], out: string): Promise<void> {
    const damage = await this.findDamage(epochs);
    if (damage !== null)
      throw new Failure(damage, 'train again from the beginning: npm run pipeline -- train --force');
    for (const epoch of epochs) {
      const [from, to] = [this.#folder, out].map((folder) => join(folder, stateFile(epoch)));
      await mkdir(dirname(to!), { recursive: true });
      await onFile(to!, () => copyFile(from!, to!));
    }
  }
}
