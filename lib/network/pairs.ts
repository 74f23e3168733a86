// Summands and answers: what networks are trained and measured on.

/** Pairs and their answers; the three arrays are equally long. */
export interface Pairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly label: Int32Array;
}
