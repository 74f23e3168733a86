// Summands and answers: what networks are trained and measured on.

/** Pairs and their answers; the three arrays have the same length. */
export interface Pairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly label: Int32Array;
}
