// Cross-entropy and accuracy of given logits, in float64. The engines apply the same formula to the logits that they
// compute.

type Logits = Float32Array | Float64Array;

/** Means over rows of logits. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** The answer of a network: the class with the largest logit, the first one if several are equal. */
export function largestClass(logits: Logits): number {
  let first = 0;
  for (let c = 1; c < logits.length; c++) if (!(logits[c]! <= logits[first]!)) first = c;
  return first;
}

/**
 * -log softmax of the label y in the logits l of one row; `answer` is their largest class. With d_c = l_c - l_y and
 * top = max(0, d): top + log1p(sum over c != y of exp(d_c - top) + exp(-top) - 1). In this form nothing cancels, however
 * small the loss is.
 */
export function crossEntropy(logits: Logits, label: number, answer = largestClass(logits)): number {
  const own = logits[label]!;
  const top = logits[answer]! - own;
  let others = 0;
  for (let c = 0; c < logits.length; c++) if (c !== label) others += Math.exp(logits[c]! - own - top);
  return top + Math.log1p(others + (Math.exp(-top) - 1));
}

/** Mean cross-entropy of logits [n, p] against labels [n], and the share of rows whose answer is the label. */
export function scoreLogits(logits: Logits, label: Int32Array, p: number): Score {
  if (logits.length !== label.length * p)
    throw new Error(`${logits.length} logits for ${label.length} labels (expected ${p} per label)`);
  let [loss, right] = [0, 0];
  label.forEach((y, i) => {
    const row = logits.subarray(i * p, (i + 1) * p);
    const answer = largestClass(row);
    loss += crossEntropy(row, y, answer);
    right += Number(answer === y);
  });
  return { loss: loss / label.length, accuracy: right / label.length };
}
