/**
 * page.json in the folder of a sweep: what the page of all sweeps shows of it. The file may come from an older version or
 * from somebody else, so its shape is checked before the page gets it.
 */
import { badFile, onFile } from '../../files/failure.ts';
import { readText } from '../../files/regular-file.ts';
import type { SweepData } from './data.ts';

/** Name and figures are found in the folder itself. */
export type PageData = Omit<SweepData, 'name' | 'folder' | 'figures'>;

/** Reads page.json at `path`. Throws a Failure if it cannot be read or has another shape. */
export async function readPageFile(path: string): Promise<PageData> {
  const text = await onFile(path, () => readText(path));
  const data = parse(text);
  if (!isPageData(data)) throw badFile(path, 'is not what npm run sweep writes');
  return data as PageData;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => Number.isFinite(value);
const isIndex: Check = (value) => Number.isInteger(value) && (value as number) >= 0;
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === null || value === undefined || check(value);
const list =
  (check: Check, least = 0): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(check);
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) &&
    Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const isPoint = shape({
  point: isText,
  outcome: (value) => value === 'done' || value === 'failed',
  params: isObject,
  fields: isObject,
});
const titled = { title: isText, subtitle: maybe(isText) };
const isRun = shape({ x: isNumber, y: maybe(isNumber), point: maybe(isText) });
const isSpread = shape({
  ...titled,
  x: shape({ label: isText, ticks: list(shape({ at: isNumber, name: isText }), 1) }),
  y: shape({ label: isText }),
  cap: shape({ at: isNumber, label: isText }),
  series: list(shape({ name: isText, runs: list(isRun) })),
});
const isPhaseMap = shape({
  ...titled,
  x: shape({ label: isText, names: list(isText) }),
  y: shape({ label: isText, names: list(isText) }),
  phases: list(isText, 1),
  runs: list(shape({ column: isIndex, row: isIndex, phase: isIndex })),
});
const isPair: Check = (value) => list(isNumber, 2)(value) && (value as unknown[]).length === 2;
const isLosses = shape({
  ...titled,
  x: shape({ label: isText }),
  y: shape({ label: isText }),
  colour: shape({ name: isText, label: isText }),
  curves: list(shape({ name: isText, colour: isNumber, points: list(isPair) })),
});
const isPageData = shape({
  yaml: isText,
  cap: maybe(isNumber),
  points: list(isPoint, 1),
  pictures: maybe(shape({ epochs: list(isSpread), phases: list(isPhaseMap), losses: isLosses })),
});
