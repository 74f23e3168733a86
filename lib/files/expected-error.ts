// The error for what can go wrong without a bug: a missing file, a wrong value, a full disk.
// Imports nothing.

/** Shown as its message and, on a line of its own, the remedy; never with a stack trace. */
export class ExpectedError extends Error {
  /** What to do about it, as a sentence without a full stop; may be empty. */
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'ExpectedError';
    this.remedy = remedy;
  }
}
