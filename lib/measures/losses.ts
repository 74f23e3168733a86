// Losses of logits L and of L - P for parts P that depend on the answer only, in one reading of L: since
// exp(L - P) = exp(L) exp(-P), one exponential a logit serves all of them.
import { crossEntropy, largestClass, type Score, scoreLogits } from '../network/loss.ts';
import type { Pairs } from '../network/pairs.ts';
import { shiftedExponentials } from '../numerics/exponentials.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { Grid } from './line-sums.ts';

/** Logits of a pair: row a*p + b of `byPair` plus the row of its answer of `byAnswer`, both with p columns. */
export interface PairLogits {
  readonly byPair?: Matrix;
  readonly byAnswer?: Matrix;
}

/** Scores of L [p*p, p] minus each of `parts` [p (answer), p]; `null` takes nothing away. */
export function scoreExcluded(
  { train, test }: { readonly train: Pairs; readonly test: Pairs },
  logits: Grid,
  parts: readonly (Matrix | null)[],
): SetScores[] {
  const [ofTrain, ofTest] = [train, test].map((rows) => scoreRowsOf(rows, logits, parts)) as [
    Score[],
    Score[],
  ];
  return parts.map((_, i) => combineSets({ train, test }, { train: ofTrain[i]!, test: ofTest[i]! }));
}

function scoreRowsOf(
  { a, b, label }: Pairs,
  { columns: p, data }: Grid,
  parts: readonly (Matrix | null)[],
): Score[] {
  const factors = parts.map((part) => part?.data.map((x) => Math.exp(-x)) ?? new Float64Array(p * p).fill(1));
  const [losses, right] = [new Float64Array(parts.length), new Float64Array(parts.length)];
  const exps = new Float64Array(p);
  for (let i = 0; i < label.length; i++) {
    const row = data.subarray((a[i]! * p + b[i]!) * p, (a[i]! * p + b[i]! + 1) * p);
    const y = label[i]!;
    shiftedExponentials(row, largest(row), exps);
    for (let part = 0; part < parts.length; part++) {
      const factor = factors[part]!;
      const own = exps[y]! * factor[y * p + y]!;
      const loss = Math.log1p(sumOfOthers(exps, factor, y) / own);
      // Beyond the range of float64 the logits themselves still say what the loss is.
      const exact = Number.isFinite(loss) ? null : scoreOne(row, y, parts[part]!);
      losses[part] = losses[part]! + (exact?.loss ?? loss);
      right[part] = right[part]! + (exact?.accuracy ?? Number(isFirstLargest(exps, factor, y, own, loss)));
    }
  }
  return parts.map((_, i) => ({ loss: losses[i]! / label.length, accuracy: right[i]! / label.length }));
}

/** The loss of unnormalised probabilities exps * factor (row y): all terms are positive, so nothing cancels. */
function sumOfOthers(exps: Float64Array, factor: Float64Array, y: number): number {
  const [p, at] = [exps.length, y * exps.length];
  let sum = 0;
  for (let c = 0; c < y; c++) sum += exps[c]! * factor[at + c]!;
  for (let c = y + 1; c < p; c++) sum += exps[c]! * factor[at + c]!;
  return sum;
}

/** Whether the label's is the largest, and the first of equal ones. A loss below ln 2 says so at once. */
function isFirstLargest(
  exps: Float64Array,
  factor: Float64Array,
  y: number,
  own: number,
  loss: number,
): boolean {
  if (loss < 0.69) return true;
  const at = y * exps.length;
  for (let c = 0; c < exps.length; c++) {
    const weight = exps[c]! * factor[at + c]!;
    if (weight > own || (weight === own && c < y)) return false;
  }
  return true;
}

function largest(row: Float32Array | Float64Array): number {
  let top = row[0]!;
  for (let c = 1; c < row.length; c++) if (row[c]! > top) top = row[c]!;
  return top;
}

function scoreOne(row: Float32Array | Float64Array, y: number, part: Matrix | null): Score {
  const left = Float64Array.from(row, (x, c) => x - (part?.data[y * row.length + c] ?? 0));
  return scoreLogits(left, Int32Array.of(y), row.length);
}

// Loss and accuracy of logits over all pairs, those trained on and those held out.

export const SET_NAMES = ['all', 'train', 'test'] as const;
export type SetName = (typeof SET_NAMES)[number];
export type Sets = Readonly<Record<SetName, Pairs>>;

export interface SetScores {
  /** Mean cross-entropy. */
  readonly loss: Readonly<Record<SetName, number>>;
  readonly accuracy: Readonly<Record<SetName, number>>;
}

/** Mean cross-entropy of the rows' logits and the share of rows whose largest logit is the label's. */
export function scoreRows(rows: Pairs, { byPair, byAnswer }: PairLogits): Score {
  if (byPair === undefined) return scoreAnswers(rows, byAnswer!);
  const p = byPair.columns;
  const logits = new Float64Array(rows.a.length * p);
  rows.a.forEach((a, i) => {
    const b = rows.b[i]!;
    const row = logits.subarray(i * p, (i + 1) * p);
    row.set(byPair.data.subarray((a * p + b) * p, (a * p + b + 1) * p));
    if (!byAnswer) return;
    const offset = rows.label[i]! * p;
    for (let c = 0; c < p; c++) row[c] = row[c]! + byAnswer.data[offset + c]!;
  });
  return scoreLogits(logits, rows.label, p);
}

/** Where logits depend on the answer only, there are p different rows; each counts as often as its answer occurs. */
function scoreAnswers({ label }: Pairs, { columns: p, data }: Matrix): Score {
  const counts = new Float64Array(p);
  for (const y of label) counts[y] = counts[y]! + 1;
  let [loss, right] = [0, 0];
  counts.forEach((count, y) => {
    if (count === 0) return;
    const row = data.subarray(y * p, (y + 1) * p);
    const answer = largestClass(row);
    loss += count * crossEntropy(row, y, answer);
    right += answer === y ? count : 0;
  });
  return { loss: loss / label.length, accuracy: right / label.length };
}

/** Scores of the sets trained on and held out, and of both together. */
export function scoreSets(sets: Omit<Sets, 'all'>, logits: PairLogits): SetScores {
  return combineSets(sets, { train: scoreRows(sets.train, logits), test: scoreRows(sets.test, logits) });
}

/** All pairs are those trained on and those held out. */
export function combineSets(
  sets: Omit<Sets, 'all'>,
  { train, test }: { readonly train: Score; readonly test: Score },
): SetScores {
  const [n, m] = [sets.train.label.length, sets.test.label.length];
  const both = (measure: keyof SetScores) => ({
    all: (n * train[measure] + m * test[measure]) / (n + m),
    train: train[measure],
    test: test[measure],
  });
  return { loss: both('loss'), accuracy: both('accuracy') };
}
