// history.arrow: HISTORY_FIELDS as float64 columns, a row per logged epoch.
import { join } from 'node:path';
import { expectColumns, openArrow, writeArrow, type ArrowSchema } from '../files/arrow.ts';
import { badFile } from '../files/file-error.ts';
import { readSummary } from '../files/summary.ts';
import { findBadRecord, HISTORY_FIELDS, type HistoryRecord } from './history.ts';

const SCHEMA: ArrowSchema = {
  columns: Object.fromEntries(HISTORY_FIELDS.map((field) => [field, { type: 'float64' }])),
  metadata: { train_loss: 'before the step of its epoch', test_loss: 'after the step of its epoch' },
};

export async function writeHistory(path: string, history: readonly HistoryRecord[]): Promise<void> {
  const columns = HISTORY_FIELDS.map(
    (field) => [field, Float64Array.from(history, (r) => r[field])] as const,
  );
  await writeArrow(path, SCHEMA, Object.fromEntries(columns));
}

/** Throws ExpectedError when the file is missing, damaged or has other columns. */
export async function readHistory(path: string): Promise<HistoryRecord[]> {
  const file = await openArrow(path);
  try {
    expectColumns(file, SCHEMA.columns);
    const columns = await Promise.all(HISTORY_FIELDS.map((field) => file.readColumn(field)));
    return Array.from({ length: file.rows }, (_, row) => {
      const entries = HISTORY_FIELDS.map((field, i) => [field, columns[i]![row]]);
      return Object.fromEntries(entries) as HistoryRecord;
    });
  } finally {
    await file.close();
  }
}

/** Throws ExpectedError where a history that was made elsewhere is not one. */
export function checkHistory(path: string, history: readonly HistoryRecord[]): void {
  if (history.length === 0) throw badFile(path, 'has no rows');
  const problem = findBadRecord(history);
  if (problem) throw badFile(path, problem);
}

/** What a summary says in place of a history. */
export interface NoHistory {
  readonly history: null;
  readonly why_no_history: string;
}

/** The history in the folder of the train stage, or why there is none: a pretrained model may have come without. */
export async function findHistory(folder: string): Promise<{ history: HistoryRecord[] } | NoHistory> {
  const { history, why_no_history } = await readSummary(folder);
  if (history === null && typeof why_no_history === 'string') return { history, why_no_history };
  return { history: await readHistory(join(folder, 'history.arrow')) };
}
