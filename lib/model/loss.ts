// Mean cross-entropy of given logits, in float64 and without cancellation (so that 1e-9 is still a number):
// with y the label, loss = log1p(sum over c != y of exp(l_c - l_y)), shifted where another class is larger.

export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** Adds up rows of logits, to be read at any time as means over the rows so far. */
export class Scorer {
  #loss = 0;
  #right = 0;
  #rows = 0;

  /** logits: [classes] */
  add(logits: Float32Array, label: number): void {
    const own = logits[label]!;
    let rival = -Infinity;
    for (let c = 0; c < logits.length; c++) if (c !== label) rival = Math.max(rival, logits[c]!);
    const shift = Math.max(rival, own);
    let others = 0;
    for (let c = 0; c < logits.length; c++) if (c !== label) others += Math.exp(logits[c]! - shift);
    this.#loss += own >= rival ? Math.log1p(others) : Math.log(others + Math.exp(own - shift)) + shift - own;
    this.#right += own > rival ? 1 : 0;
    this.#rows++;
  }

  get score(): Score {
    return { loss: this.#loss / this.#rows, accuracy: this.#right / this.#rows };
  }
}
