// Losses of logits L and of L - P for parts P that depend on the answer only, in one reading of L: since
// exp(L - P) = exp(L) exp(-P), one exponential a logit serves all of them.
import { crossEntropy } from '../kernel/cross-entropy.ts';
import type { Rows } from '../task/split.ts';
import { shiftedExponentials } from './exponentials.ts';
import type { Grid } from './line-sums.ts';
import type { Matrix } from './matrix.ts';
import { combineSets, type SetScores } from './set-scores.ts';

/** Scores of L [p*p, p] minus each of `parts` [p (answer), p]; `null` takes nothing away. */
export function scoreExcluded(
  { train, test }: { readonly train: Rows; readonly test: Rows },
  logits: Grid,
  parts: readonly (Matrix | null)[],
): SetScores[] {
  const [ofTrain, ofTest] = [train, test].map((rows) => scoreRowsOf(rows, logits, parts)) as [
    RowScores[],
    RowScores[],
  ];
  return parts.map((_, i) => combineSets({ train, test }, { train: ofTrain[i]!, test: ofTest[i]! }));
}

interface RowScores {
  readonly loss: number;
  readonly accuracy: number;
}

function scoreRowsOf(
  { a, b, label }: Rows,
  { columns: p, data }: Grid,
  parts: readonly (Matrix | null)[],
): RowScores[] {
  const factors = parts.map((part) => part?.data.map((x) => Math.exp(-x)) ?? new Float64Array(p * p).fill(1));
  const totals = parts.map(() => ({ loss: 0, accuracy: 0 }));
  const exps = new Float64Array(p);
  for (let i = 0; i < label.length; i++) {
    const row = data.subarray((a[i]! * p + b[i]!) * p, (a[i]! * p + b[i]! + 1) * p);
    const y = label[i]!;
    const top = largest(row);
    shiftedExponentials(row, top, exps);
    for (const [part, total] of totals.entries()) {
      const { loss, accuracy } = scoreWeights(exps, factors[part]!.subarray(y * p, (y + 1) * p), y);
      // Beyond the range of float64 the logits themselves still say what the loss is.
      const exact = Number.isFinite(loss) ? null : scoreOne(row, y, parts[part]!);
      total.loss += exact?.loss ?? loss;
      total.accuracy += exact?.accuracy ?? accuracy;
    }
  }
  return totals.map(({ loss, accuracy }) => ({
    loss: loss / label.length,
    accuracy: accuracy / label.length,
  }));
}

/** Of unnormalised probabilities exps * factor: nothing cancels, since all terms are positive. */
function scoreWeights(exps: Float64Array, factor: Float64Array, y: number): RowScores {
  let [others, before, after] = [0, -1, -1];
  for (let c = 0; c < y; c++) {
    const weight = exps[c]! * factor[c]!;
    others += weight;
    if (weight > before) before = weight;
  }
  for (let c = y + 1; c < exps.length; c++) {
    const weight = exps[c]! * factor[c]!;
    others += weight;
    if (weight > after) after = weight;
  }
  const own = exps[y]! * factor[y]!;
  return { loss: Math.log1p(others / own), accuracy: Number(own > before && own >= after) };
}

function largest(row: Float32Array | Float64Array): number {
  let top = row[0]!;
  for (let c = 1; c < row.length; c++) if (row[c]! > top) top = row[c]!;
  return top;
}

function scoreOne(row: Float32Array | Float64Array, y: number, part: Matrix | null): RowScores {
  const left = Float64Array.from(row, (x, c) => x - (part?.data[y * row.length + c] ?? 0));
  return crossEntropy(left, Int32Array.of(y), row.length);
}
