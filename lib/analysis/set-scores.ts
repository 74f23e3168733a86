// Loss and accuracy of logits over all pairs, those trained on and those held out.
import { crossEntropy } from '../kernel/cross-entropy.ts';
import type { Rows } from '../task/split.ts';
import type { PairLogits } from './circuit-logits.ts';
import type { Matrix } from './matrix.ts';

export const SET_NAMES = ['all', 'train', 'test'] as const;
export type SetName = (typeof SET_NAMES)[number];
export type Sets = Readonly<Record<SetName, Rows>>;

export interface SetScores {
  /** Mean cross-entropy. */
  readonly loss: Readonly<Record<SetName, number>>;
  readonly accuracy: Readonly<Record<SetName, number>>;
}

type Scores = Readonly<Record<keyof SetScores, number>>;

/** Mean cross-entropy of the rows' logits and the share of rows whose largest logit is the label's. */
export function scoreRows(rows: Rows, { byPair, byAnswer }: PairLogits): Scores {
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
  return crossEntropy(logits, rows.label, p);
}

/** Where logits depend on the answer only, p rows are all there are, each as often as its answer occurs. */
function scoreAnswers({ label }: Rows, { columns: p, data }: Matrix): Scores {
  const counts = new Float64Array(p);
  for (const y of label) counts[y] = counts[y]! + 1;
  let [loss, accuracy] = [0, 0];
  counts.forEach((count, y) => {
    if (count === 0) return;
    const one = crossEntropy(data.subarray(y * p, (y + 1) * p), Int32Array.of(y), p);
    loss += count * one.loss;
    accuracy += count * one.accuracy;
  });
  return { loss: loss / label.length, accuracy: accuracy / label.length };
}

/** Scores of the sets trained on and held out, and of both together. */
export function scoreSets(sets: Omit<Sets, 'all'>, logits: PairLogits): SetScores {
  return combineSets(sets, { train: scoreRows(sets.train, logits), test: scoreRows(sets.test, logits) });
}

/** All pairs are those trained on and those held out. */
export function combineSets(
  sets: Omit<Sets, 'all'>,
  { train, test }: { readonly train: Scores; readonly test: Scores },
): SetScores {
  const [n, m] = [sets.train.label.length, sets.test.label.length];
  const both = (measure: keyof SetScores) => ({
    all: (n * train[measure] + m * test[measure]) / (n + m),
    train: train[measure],
    test: test[measure],
  });
  return { loss: both('loss'), accuracy: both('accuracy') };
}
