/**
 * Lines about how two values of a param differ: `params.seed: 1 -> 2`. For values too long to show, and for JSON kept as
 * text, the lines name the places inside that differ; for a long text they show the line or part that differs.
 */
import { isDeepStrictEqual } from 'node:util';
import { show } from '../../files/problem.ts';

const LONGEST = 60;
/** The most lines about one param. */
const MOST = 12;
/** How many characters are shown before the first one that differs, and from it on. */
const BEFORE = 16;
const AFTER = 32;
const HASH = /^[0-9a-f]{64}$/;

/** At least one line. Hashes come last, as they change because something else does. */
export function describeDifference(name: string, before: unknown, now: unknown): string[] {
  const lines: string[] = [];
  const hashes: string[] = [];
  let omitted = 0;
  const compare = (place: string, old: unknown, value: unknown): void => {
    const parts = partsOf(old, value, place !== name);
    if (parts) {
      for (const [step, x, y] of parts) compare(place + step, x, y);
      return;
    }
    if (isSame(old, value)) return;
    if (lines.length + hashes.length === MOST) omitted++;
    else if (isHash(old) && isHash(value)) hashes.push(`${place} changed`);
    else if (isText(old) && isText(value) && Math.max(old.length, value.length) > LONGEST)
      lines.push(place + describeTexts(old, value));
    else lines.push(`${place}: ${show(old)} -> ${show(value)}`);
  };
  compare(name, before, now);
  return [...lines, ...hashes, ...(omitted > 0 ? [`${name}: ${omitted} more differences`] : [])];
}

/** The parts to compare if both values are lists or both are objects, and one is too long to show; otherwise null. */
function partsOf(
  before: unknown,
  now: unknown,
  isInside: boolean,
): [step: string, before: unknown, now: unknown][] | null {
  const [old, value] = [unfold(before), unfold(now)];
  if (!isNested(old) || !isNested(value) || Array.isArray(old) !== Array.isArray(value)) return null;
  const longest = isInside && !Array.isArray(old) ? 0 : LONGEST;
  if (JSON.stringify(old).length <= longest && JSON.stringify(value).length <= longest) return null;
  const [x, y] = [new Map(Object.entries(old)), new Map(Object.entries(value))];
  const step = (key: string): string => (Array.isArray(old) ? `[${key}]` : `.${key}`);
  return [...new Set([...x.keys(), ...y.keys()])].map((key) => [step(key), x.get(key), y.get(key)]);
}

/** The value of a text that is JSON; any other value itself. */
function unfold(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** ` line 3: "..." -> "..."` if the texts differ in one line, else the place where they begin to differ. */
function describeTexts(before: string, now: string): string {
  const [old, lines] = [before.split('\n'), now.split('\n')];
  let first = 0;
  while (first < old.length && old[first] === lines[first]) first++;
  let [last, end] = [old.length, lines.length];
  while (last > first && end > first && old[last - 1] === lines[end - 1]) [last, end] = [last - 1, end - 1];
  if (last - first > 1 || end - first > 1) return ` changed from line ${first + 1} on`;
  const place = old.length > 1 || lines.length > 1 ? ` line ${first + 1}` : '';
  const [x, y] = [last > first ? old[first] : undefined, end > first ? lines[first] : undefined];
  if (!isLong(x) && !isLong(y)) return `${place}: ${show(x)} -> ${show(y)}`;
  let at = 0;
  while (x !== undefined && at < x.length && x[at] === y?.[at]) at++;
  return `${place}: ${show(around(x, at))} -> ${show(around(y, at))}`;
}

function around(text: string | undefined, at: number): string | undefined {
  if (text === undefined) return undefined;
  const [from, to] = [Math.max(0, at - BEFORE), at + AFTER];
  return (from > 0 ? '...' : '') + text.slice(from, to) + (to < text.length ? '...' : '');
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isLong = (text: string | undefined): boolean => text !== undefined && text.length > LONGEST;
const isHash = (value: unknown): boolean => typeof value === 'string' && HASH.test(value);
const isSame = (x: unknown, y: unknown): boolean => isDeepStrictEqual(x ?? null, y ?? null);
