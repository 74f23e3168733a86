// Cross-entropy of logits that are already there, in float64; the kernel has the same formula for those it computes.

/**
 * Mean cross-entropy of logits [n, p] against labels [n], and the share of rows whose largest logit (the first, where two
 * are equal) is the label's. With d_c = l_c - l_y and top = max(0, d), a row's loss is
 * top + log1p(sum over c != y of exp(d_c - top) + exp(-top) - 1): nothing cancels, however small the loss.
 */
export function crossEntropy(
  logits: Float32Array | Float64Array,
  label: Int32Array,
  p: number,
): { loss: number; accuracy: number } {
  if (logits.length !== label.length * p)
    throw new Error(`${logits.length} logits for ${label.length} labels (expected ${p} a label)`);
  let loss = 0;
  let right = 0;
  label.forEach((y, i) => {
    const row = logits.subarray(i * p, (i + 1) * p);
    const { largest, first } = findLargest(row);
    const own = row[y]!;
    const top = largest - own;
    let others = 0;
    for (let c = 0; c < p; c++) if (c !== y) others += Math.exp(row[c]! - own - top);
    loss += top + Math.log1p(others + (Math.exp(-top) - 1));
    right += Number(first === y);
  });
  return { loss: loss / label.length, accuracy: right / label.length };
}

function findLargest(row: Float32Array | Float64Array): { largest: number; first: number } {
  let first = 0;
  for (let c = 1; c < row.length; c++) if (!(row[c]! <= row[first]!)) first = c;
  return { largest: row[first]!, first };
}
