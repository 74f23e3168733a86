/**
 * What is wrong with a configuration, and how it is shown: place, sentence, the line with squiggles under the culprit,
 * and the nearest valid name. All problems of a configuration are collected before any is shown.
 */
import { visible } from './visible.ts';

export interface Problem {
  /** `pipeline.yaml:14:19`, `--set train.seed`, ... */
  readonly place: string;
  readonly message: string;
  /** The line of the file, the column (from 0) where the culprit begins, and the length of the culprit. */
  readonly excerpt?: { readonly line: string; readonly column: number; readonly length: number };
  readonly hint?: string;
}

/** The configuration or the command line is wrong: exit code 2. */
export class ConfigurationError extends Error {
  readonly problems: readonly Problem[];
  /** `omitted`: how many more there are. */
  constructor(problems: readonly Problem[], omitted = 0) {
    super([...problems.map(renderProblem), ...(omitted > 0 ? [`and ${omitted} more`] : [])].join('\n'));
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/** For `sort`: in the order of the file. */
export function byPlace(x: Problem, y: Problem): number {
  const position = ({ place }: Problem): number[] => place.split(':').slice(-2).map(Number);
  const [lineX = 0, columnX = 0] = position(x);
  const [lineY = 0, columnY = 0] = position(y);
  return lineX - lineY || columnX - columnY;
}

const INDENT = '    ';
const WIDEST = 120;

export function renderProblem({ place, message, excerpt, hint }: Problem): string {
  const lines = [`${place} ${message}`];
  if (excerpt) lines.push(...renderExcerpt(excerpt));
  if (hint) lines.push(INDENT + hint);
  return lines.map((line) => visible(line)).join('\n');
}

/** Invisible characters. An excerpt shows them as dots, so that the squiggles stay below the culprit. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function renderExcerpt({ line, column, length }: NonNullable<Problem['excerpt']>): string[] {
  const indented = Math.max(0, line.search(/\S/));
  const left = Math.max(Math.min(indented, column), column - WIDEST / 2);
  const shown = line.slice(left, left + WIDEST).trimEnd();
  const at = column - left;
  const squiggles = '~'.repeat(Math.max(1, Math.min(length, shown.length - at)));
  return [
    INDENT + shown.replaceAll('\t', ' ').replace(UNSEEN, '\u00b7'),
    INDENT + ' '.repeat(at) + squiggles,
  ];
}

/** `did you mean "seed"?` if one of the names is near enough; otherwise lists them, after `what` they are. */
export function suggest(given: string, names: readonly string[], what: string): string {
  const near = nearest(given, names);
  if (near !== undefined) return `did you mean "${near}"?`;
  return names.length === 0 ? `there are no ${what}` : `${what}: ${names.join(', ')}`;
}

/** The name with the fewest edits, if at most a third of the letters differ. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const scored = names.map((name) => ({ name, edits: countEdits(given.toLowerCase(), name.toLowerCase()) }));
  const best = scored.sort((x, y) => x.edits - y.edits)[0];
  const most = Math.max(1, Math.floor((best?.name.length ?? 0) / 3));
  return best && best.edits <= most && best.edits < best.name.length ? best.name : undefined;
}

/** Edits that turn `a` into `b`: insert, delete, replace, swap neighbours (optimal string alignment). */
function countEdits(a: string, b: string): number {
  if (a.length > 2 * b.length) return a.length; // not near in any case, and a long text would take long
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, before[j - 2]! + 1);
      row.push(edits);
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length]!;
}

/** A value as messages show it. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = 'a value that contains itself';
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
