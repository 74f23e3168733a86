// Summands and answers: what networks are trained and measured on.

/** Pairs with the answers asked for; the three arrays have one length. */
export interface Pairs {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly label: Int32Array;
}
