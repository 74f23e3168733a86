/**
 * A failure that a user can cause and can mend: a bad file, a bad value, a missing program. It is shown as its message
 * and its remedy, without a stack trace. Whoever catches it may recognise it by the `remedy` string alone, so that it
 * survives a process boundary.
 */
export class ExpectedError extends Error {
  readonly remedy: string;

  /** `message`: what is wrong, with the value and the place. `remedy`: what to do about it; may be empty. */
  constructor(message: string, remedy = '') {
    super(message);
    this.name = 'ExpectedError';
    this.remedy = remedy;
  }
}
