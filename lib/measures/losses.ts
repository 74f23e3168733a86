// Losses and accuracies, for each set of pairs, of logits L and of what is left when a part is taken out of them.
import { crossEntropy, largestClass, scoreLogits, type Score } from '../network/loss.ts';
import { shiftedExponentials } from '../numerics/exponentials.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { type Rows, type SetName, type Sets } from './group-view.ts';
import type { Grid } from './line-sums.ts';

/** NaN for sets that are not known. */
export interface LossBySet {
  /** Mean cross-entropy. */
  readonly loss: Readonly<Record<SetName, number>>;
  /** Share of pairs whose largest logit is the answer's. */
  readonly accuracy: Readonly<Record<SetName, number>>;
}

/**
 * Scores of L [rows, columns] minus each of `parts`, which depend on the answer only, [n (answer), columns]; `null` subtracts
 * nothing. L is read once: since exp(L - P) = exp(L) exp(-P), one exponential per logit serves all parts.
 */
export function scoreExcluded(sets: Sets, logits: Grid, parts: readonly (Matrix | null)[]): LossBySet[] {
  const score = (rows: Rows): Score[] => scoreRows(rows, logits, parts);
  const [train, test, unknown] = [score(sets.train), score(sets.test), score(sets.unknown)];
  return parts.map((_, i) => combineSets(sets, { train: train[i]!, test: test[i]!, unknown: unknown[i]! }));
}

/**
 * Scores of logits that depend on the answer only, [n (answer), columns]: there are n different rows, and each counts as
 * often as its answer occurs.
 */
export function scoreAnswers(sets: Sets, logits: Matrix): LossBySet {
  const score = ({ label }: Rows): Score => {
    const counts = new Float64Array(logits.rows);
    for (const y of label) counts[y] = counts[y]! + 1;
    let [loss, right] = [0, 0];
    counts.forEach((count, y) => {
      if (count === 0) return;
      const row = logits.data.subarray(y * logits.columns, (y + 1) * logits.columns);
      const answer = largestClass(row);
      loss += count * crossEntropy(row, y, answer);
      right += answer === y ? count : 0;
    });
    return { loss: loss / label.length, accuracy: right / label.length };
  };
  const { train, test, unknown } = sets;
  return combineSets(sets, { train: score(train), test: score(test), unknown: score(unknown) });
}

/** `all` is the training and held-out pairs together, or the pairs whose set is not known. */
function combineSets(sets: Sets, scores: Readonly<Record<keyof Sets, Score>>): LossBySet {
  const [n, m, rest] = [sets.train.label.length, sets.test.label.length, sets.unknown.label.length];
  const both = (measure: keyof LossBySet) => ({
    all: rest > 0 ? scores.unknown[measure] : mean([n, scores.train[measure]], [m, scores.test[measure]]),
    train: scores.train[measure],
    test: scores.test[measure],
  });
  return { loss: both('loss'), accuracy: both('accuracy') };
}

/** Scores over the pairs of both families of sets together. */
export function joinSets(these: Sets, ofThese: LossBySet, those: Sets, ofThose: LossBySet): LossBySet {
  const count = ({ train, test, unknown }: Sets) => ({
    all: train.row.length + test.row.length + unknown.row.length,
    train: train.row.length,
    test: test.row.length,
  });
  const [n, m] = [count(these), count(those)];
  const join = (measure: keyof LossBySet, set: SetName): number =>
    mean([n[set], ofThese[measure][set]], [m[set], ofThose[measure][set]]);
  const both = (measure: keyof LossBySet) => ({
    all: join(measure, 'all'),
    train: join(measure, 'train'),
    test: join(measure, 'test'),
  });
  return { loss: both('loss'), accuracy: both('accuracy') };
}

/** The mean of n numbers whose mean is x and m numbers whose mean is y; a mean of no numbers is NaN and is ignored. */
function mean([n, x]: readonly [number, number], [m, y]: readonly [number, number]): number {
  if (n === 0) return y;
  return m === 0 ? x : (n * x + m * y) / (n + m);
}

function scoreRows(
  { row: rows, label }: Rows,
  { columns, data }: Grid,
  parts: readonly (Matrix | null)[],
): Score[] {
  const factors = parts.map((part) => part?.data.map((x) => Math.exp(-x)) ?? null);
  const [losses, right] = [new Float64Array(parts.length), new Float64Array(parts.length)];
  const exps = new Float64Array(columns);
  const one = new Float64Array(columns).fill(1);
  for (let i = 0; i < label.length; i++) {
    const row = data.subarray(rows[i]! * columns, (rows[i]! + 1) * columns);
    const y = label[i]!;
    shiftedExponentials(row, largest(row), exps);
    for (let part = 0; part < parts.length; part++) {
      const factor = factors[part] ?? one;
      const at = factors[part] ? y * columns : 0;
      const own = exps[y]! * factor[at + y]!;
      const loss = Math.log1p(sumOfOthers(exps, factor, at, y) / own);
      // Where an exponential leaves the range of float64, the loss is computed from the logits themselves.
      const exact = Number.isFinite(loss) ? null : scoreOne(row, y, parts[part]!);
      losses[part] = losses[part]! + (exact?.loss ?? loss);
      right[part] =
        right[part]! + (exact?.accuracy ?? Number(isFirstLargest(exps, factor, at, y, own, loss)));
    }
  }
  return parts.map((_, i) => ({ loss: losses[i]! / label.length, accuracy: right[i]! / label.length }));
}

/** The loss of unnormalised probabilities exps * factor (from `at` on): all terms are positive, so nothing cancels. */
function sumOfOthers(exps: Float64Array, factor: Float64Array, at: number, y: number): number {
  let sum = 0;
  for (let c = 0; c < y; c++) sum += exps[c]! * factor[at + c]!;
  for (let c = y + 1; c < exps.length; c++) sum += exps[c]! * factor[at + c]!;
  return sum;
}

/** Whether the label has the largest weight, and is the first if several are equal. Certain if the loss is below ln 2. */
function isFirstLargest(
  exps: Float64Array,
  factor: Float64Array,
  at: number,
  y: number,
  own: number,
  loss: number,
): boolean {
  if (loss < 0.69) return true;
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
