// train/history.arrow: HISTORY_FIELDS as float64 columns, a row per logged epoch.
import { join } from 'node:path';
import {
  describeType,
  openArrow,
  readArrow,
  writeArrow,
  type ArrowSchema,
  type ColumnData,
} from '../files/arrow.ts';
import { badFile } from '../files/failure.ts';
import { findBadRecord, HISTORY_FIELDS, type HistoryRecord } from '../training/history.ts';
import { readSummary } from './summary.ts';
import { trainSummary } from './train.ts';

const SCHEMA: ArrowSchema = {
  columns: Object.fromEntries(HISTORY_FIELDS.map((field) => [field, { type: 'float64' }])),
  metadata: { train_loss: 'before the step of its epoch', test_loss: 'after the step of its epoch' },
};

const NAME = 'history.arrow';

/** `forked_after`: the last epoch of the run that this one continued. */
export async function writeHistory(
  folder: string,
  history: readonly HistoryRecord[],
  forked_after?: number,
): Promise<void> {
  const columns = HISTORY_FIELDS.map(
    (field) => [field, Float64Array.from(history, (r) => r[field])] as const,
  );
  const { metadata } = SCHEMA;
  const schema =
    forked_after === undefined
      ? SCHEMA
      : { ...SCHEMA, metadata: { ...metadata, forked_after: String(forked_after) } };
  await writeArrow(join(folder, NAME), schema, Object.fromEntries(columns));
}

/** Throws Failure when the file is missing, damaged or has other columns. */
export async function readHistory(folder: string): Promise<HistoryRecord[]> {
  const { columns, rows } = await readArrow(join(folder, NAME), SCHEMA.columns);
  return toRecords(
    HISTORY_FIELDS.map((field) => columns[field]!),
    rows,
  );
}

/** `columns`: in the order of HISTORY_FIELDS. */
const toRecords = (columns: readonly ColumnData[], rows: number): HistoryRecord[] =>
  Array.from({ length: rows }, (_, row) => {
    const entries = HISTORY_FIELDS.map((field, i) => [field, columns[i]![row]]);
    return Object.fromEntries(entries) as HistoryRecord;
  });

const RECORDED_BY_SOME: readonly string[] = ['train_accuracy', 'test_accuracy'];

/**
 * A history that was made elsewhere: its columns may be of any type of numbers, and accuracies that are missing or null
 * become NaN. Throws Failure if it is not a history, naming the column or the epoch.
 */
export async function readForeignHistory(path: string): Promise<HistoryRecord[]> {
  const file = await openArrow(path);
  try {
    const columns = HISTORY_FIELDS.map(async (field) => {
      const type = file.schema.columns[field];
      if (!type && RECORDED_BY_SOME.includes(field)) return new Float64Array(file.rows).fill(NaN);
      if (type?.type === 'float64' || type?.type === 'float32' || type?.type === 'int32')
        return await file.readColumn(field);
      const found = type ? describeType(type) : 'nothing';
      throw badFile(path, `has ${found} as column ${field} (expected a number in each row)`);
    });
    const history = toRecords(await Promise.all(columns), file.rows);
    if (history.length === 0) throw badFile(path, 'has no rows');
    const problem = findBadRecord(history);
    if (problem) throw badFile(path, problem);
    return history;
  } finally {
    await file.close();
  }
}

/** The history in the folder of the train stage, or why there is none: a pretrained model may have come without it. */
export async function findHistory(
  folder: string,
): Promise<{ history: HistoryRecord[]; forked_after?: number } | { history: null; why_no_history: string }> {
  const summary = await readSummary(folder, trainSummary);
  if ('history' in summary) return { history: null, why_no_history: summary.why_no_history };
  const forked = 'forked_after' in summary && { forked_after: summary.forked_after };
  return { history: await readHistory(folder), ...forked };
}
