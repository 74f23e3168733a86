// Loss and accuracy of logits over all pairs, those trained on and those held out.
import { crossEntropy } from '../kernel/cross-entropy.ts';
import type { Rows } from '../task/split.ts';
import type { PairLogits } from './circuit-logits.ts';

export const SET_NAMES = ['all', 'train', 'test'] as const;
export type SetName = (typeof SET_NAMES)[number];
export type Sets = Readonly<Record<SetName, Rows>>;

export interface SetScores {
  /** Mean cross-entropy. */
  readonly loss: Readonly<Record<SetName, number>>;
  readonly accuracy: Readonly<Record<SetName, number>>;
}

/** Mean cross-entropy of the rows' logits and the share of rows whose largest logit is the label's. */
export function scoreRows(rows: Rows, { byPair, bySum }: PairLogits): { loss: number; accuracy: number } {
  const p = (byPair ?? bySum)!.columns;
  const logits = new Float64Array(rows.a.length * p);
  rows.a.forEach((a, i) => {
    const b = rows.b[i]!;
    const row = logits.subarray(i * p, (i + 1) * p);
    if (byPair) row.set(byPair.data.subarray((a * p + b) * p, (a * p + b + 1) * p));
    if (!bySum) return;
    const offset = ((a + b) % p) * p;
    for (let c = 0; c < p; c++) row[c] = row[c]! + bySum.data[offset + c]!;
  });
  return crossEntropy(logits, rows.label, p);
}

export function scoreSets(sets: Sets, logits: PairLogits): SetScores {
  const [all, train, test] = SET_NAMES.map((name) => scoreRows(sets[name], logits)) as [
    ReturnType<typeof scoreRows>,
    ReturnType<typeof scoreRows>,
    ReturnType<typeof scoreRows>,
  ];
  return {
    loss: { all: all.loss, train: train.loss, test: test.loss },
    accuracy: { all: all.accuracy, train: train.accuracy, test: test.accuracy },
  };
}
