// What losses are compared with: the plain formula without cancellation, and logits that are hard for others.

/** -log softmax(logits)[y] in float64: the smallest terms first, however confident or hopeless the logits are. */
export function exactLoss(logits: readonly number[], y: number): number {
  const others = logits.filter((_, c) => c !== y);
  const shift = Math.max(0, ...others.map((x) => x - logits[y]!));
  const total = others.reduce((sum, x) => sum + Math.exp(x - logits[y]! - shift), 0);
  return shift === 0 ? Math.log1p(total) : shift + Math.log(total + Math.exp(-shift));
}

/** Logits over five answers: undecided, confident ones, hopeless ones, ties for the largest. */
export const HARD_LOGITS: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0],
  [9, 1, 2, 3, 4],
  [20.5, 0, 1, 0, 0.25],
  [30, 2, 0, 0, 0],
  [-40, 60, 60, 0, 60],
  [80, -80, 0, 0, 0],
];
