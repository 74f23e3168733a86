// Loss and accuracy of logits over all pairs, those trained on and those held out.
import { crossEntropy, largestClass, scoreLogits, type Score } from '../network/loss.ts';
import type { Pairs } from '../network/pairs.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { PairLogits } from './circuit-logits.ts';

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
