/**
 * results.arrow has a row for each point, with its params and fields of its stages' summaries. Its bytes depend on the
 * points alone. timings.arrow has a row for each stage of each point: how long it took, on which host and engine.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anything, byName } from '../artifacts/fields.ts';
import { readSummary } from '../artifacts/summary.ts';
import {
  writeArrow,
  type ArrowSchema,
  type ColumnData,
  type Columns,
  type ColumnType,
} from '../files/arrow.ts';
import { writeWhole } from '../files/whole-file.ts';
import { recordIn } from '../runner/runner.ts';
import { valueOf } from './fields.ts';
import { paramOf, type Point } from './points.ts';
import type { Sweep } from './sweep.ts';

export interface Row {
  readonly point: string;
  readonly outcome: 'done' | 'failed';
  /** `stage.param` -> value. */
  readonly params: Readonly<Record<string, unknown>>;
  /** `stage.field` -> value; null if the point failed. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly timings: readonly Timing[];
}

export interface Timing {
  readonly stage: string;
  readonly seconds: number;
  readonly host: string;
  /** `native` or `wasm`; empty if the stage does not name an engine. */
  readonly engine: string;
}

/** The column of a field. Where `train.epochs` is both an axis and a result, the result is `train.summary.epochs`. */
const columnOf = ({ axes }: Sweep, field: string): string =>
  axes.includes(field) ? field.replace('.', '.summary.') : field;

/** The row of a point that is done. */
export async function readRow(folder: string, sweep: Sweep, point: Point): Promise<Row> {
  const artifacts = join(folder, point.name);
  const summaries = new Map<string, unknown>();
  const fields: Record<string, unknown> = {};
  for (const field of sweep.fields) {
    const stage = field.split('.')[0]!;
    const summary = summaries.get(stage) ?? (await readSummary(join(artifacts, stage), byName(anything)));
    summaries.set(stage, summary);
    fields[field] = valueOf(field, point.pipeline.stages.get(stage)!.script, summary);
  }
  const timings: Timing[] = [];
  for (const stage of point.pipeline.stages.keys()) {
    const record = await recordIn(artifacts, stage);
    if (!record) continue;
    const { seconds, host, runs_on } = record.circumstances;
    timings.push({
      stage,
      seconds,
      host,
      engine: runs_on['kernel'] ?? record.fields.identity['engine'] ?? '',
    });
  }
  return { point: point.name, outcome: 'done', params: paramsOf(sweep, point), fields, timings };
}

/** The row of a point that failed: all fields are null. */
export const failedRow = (sweep: Sweep, point: Point): Row => ({
  point: point.name,
  outcome: 'failed',
  params: paramsOf(sweep, point),
  fields: Object.fromEntries(sweep.fields.map((field) => [field, null])),
  timings: [],
});

const paramsOf = ({ axes }: Sweep, point: Point): Record<string, unknown> =>
  Object.fromEntries(axes.map((axis) => [axis, paramOf(point, axis)]));

interface Table {
  readonly schema: ArrowSchema;
  readonly columns: Columns;
}

/** results.arrow as data: `point`, `outcome`, the axes, the fields. Rows in the order of the sweep's points. */
function resultsTable(sweep: Sweep, rows: readonly Row[]): Table {
  const columns: [string, ColumnType, ColumnData][] = [
    words(
      'point',
      rows.map((row) => row.point),
    ),
    words(
      'outcome',
      rows.map((row) => row.outcome),
    ),
    ...sweep.axes.map((axis) =>
      column(
        axis,
        rows.map((row) => row.params[axis]),
      ),
    ),
    ...sweep.fields.map((field) =>
      column(
        columnOf(sweep, field),
        rows.map((row) => row.fields[field]),
      ),
    ),
  ];
  return tableOf(columns, { sweep: sweep.name });
}

/** timings.arrow as data: `point`, `stage`, `seconds`, `host`, `engine`. */
function timingsTable(rows: readonly Row[]): Table {
  const flat = rows.flatMap(({ point, timings }) => timings.map((timing) => ({ point, ...timing })));
  return tableOf(
    [
      words(
        'point',
        flat.map((row) => row.point),
      ),
      words(
        'stage',
        flat.map((row) => row.stage),
      ),
      ['seconds', { type: 'float64' }, Float64Array.from(flat, (row) => row.seconds)],
      words(
        'host',
        flat.map((row) => row.host),
      ),
      words(
        'engine',
        flat.map((row) => row.engine),
      ),
    ],
    { seconds: 'of the run that made the result, which may be an earlier one' },
  );
}

const words = (name: string, values: string[]): [string, ColumnType, ColumnData] => [
  name,
  { type: 'utf8' },
  values,
];

/** A column of numbers, with NaN for null; if any value is not a number, a column of text, with lists joined by spaces. */
function column(name: string, values: readonly unknown[]): [string, ColumnType, ColumnData] {
  if (values.every((value) => value === null || typeof value === 'number'))
    return [name, { type: 'float64' }, Float64Array.from(values, (value) => (value as number | null) ?? NaN)];
  const text = (value: unknown): string =>
    Array.isArray(value) ? value.join(' ') : value === null ? '' : String(value);
  return words(name, values.map(text));
}

const tableOf = (
  columns: readonly [string, ColumnType, ColumnData][],
  metadata: Record<string, string>,
): Table => ({
  schema: { columns: Object.fromEntries(columns.map(([name, type]) => [name, type])), metadata },
  columns: Object.fromEntries(columns.map(([name, , data]) => [name, data])) as Columns,
});

/** Writes both files, each whole or not at all. True if results.arrow is new or has changed. */
export async function writeResults(folder: string, sweep: Sweep, rows: readonly Row[]): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  await writeTable(join(folder, 'timings.arrow'), timingsTable(rows));
  return writeTable(join(folder, 'results.arrow'), resultsTable(sweep, rows));
}

async function writeTable(path: string, { schema, columns }: Table): Promise<boolean> {
  const before = await readFile(path).catch(() => null);
  let isNew = true;
  await writeWhole(path, async (temporary) => {
    await writeArrow(temporary, schema, columns);
    isNew = before === null || !before.equals(await readFile(temporary));
  });
  return isNew;
}
