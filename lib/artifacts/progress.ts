// progress/: the measures over training, with its phases. progress.arrow is measures.arrow with a column `phase`.
import { join } from 'node:path';
import { readArrow, writeArrow, type Columns } from '../files/arrow.ts';
import { OPERATION_NAMES } from '../task/operations.ts';
import { byName, count, either, list, nothing, number, orNull, record, text, word } from './fields.ts';
import type { MeasuresTable } from './measures.ts';

const NETWORK = { p: count, operation: word(...OPERATION_NAMES) };

/** Epochs of checkpoints. `to` is null if the phase still lasts; the record is null for a phase that was not reached. */
const phase = orNull(record({ from: count, to: orNull(count) }));

const extreme = record({ epoch: count, value: number });
/** A measure of the train or test set is null if the split is not known. */
const EXTREMES = { largest_test_loss: orNull(extreme), largest_sum_squared_weights: extreme };

export const progressSummary = either(
  record({
    ...NETWORK,
    not_measured: orNull(text),
    checkpoints: count,
    first_epoch: count,
    last_epoch: count,
    key_frequencies: orNull(list(count)),
    key_rule: text,
    phases: orNull(record({ memorisation: phase, circuit_formation: phase, cleanup: phase })),
    phase_rules: record({ memorisation: text, circuit_formation: text, cleanup: text }),
    milestones: either(
      record(EXTREMES),
      record({ ...EXTREMES, largest_excluded_loss: orNull(extreme), smallest_restricted_loss: extreme }),
    ),
    /** Every scalar measure of the last checkpoint. */
    last: byName(number),
  }),
  /** Of a network without checkpoints. */
  record({
    ...NETWORK,
    not_measured: text,
    checkpoints: nothing,
    first_epoch: nothing,
    last_epoch: nothing,
    key_frequencies: nothing,
    phases: nothing,
    milestones: nothing,
    last: nothing,
  }),
);

const NAME = 'progress.arrow';

/** Writes the measures with the phase of each checkpoint; `phases` is null if they cannot be found. */
export async function writeProgress(
  folder: string,
  { schema, columns }: MeasuresTable,
  phases: string[] | null,
): Promise<void> {
  await writeArrow(
    join(folder, NAME),
    { ...schema, columns: { ...schema.columns, ...(phases && { phase: { type: 'utf8' } }) } },
    { ...columns, ...(phases && { phase: phases }) },
  );
}

/** Reads all columns of progress.arrow. */
export const readProgress = async (folder: string): Promise<Columns> =>
  (await readArrow(join(folder, NAME))).columns;
