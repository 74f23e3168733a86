// The run of a sweep that the reader has chosen. Calls its followers when the choice changes.
export class Chosen {
  #point: string;
  readonly #listeners: ((point: string) => void)[] = [];

  constructor(point: string) {
    this.#point = point;
  }

  get point(): string {
    return this.#point;
  }

  set(point: string): void {
    if (point === this.#point) return;
    this.#point = point;
    for (const listen of this.#listeners) listen(point);
  }

  /** Calls `show` now and at each change. */
  follow(show: (point: string) => void): void {
    this.#listeners.push(show);
    show(this.#point);
  }
}
