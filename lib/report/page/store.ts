// What the reader has chosen, and who wants to know when that changes.

export interface Choice {
  /** Number of a checkpoint, in the order of epochs. */
  readonly frame: number;
  readonly frequency: number;
  readonly neuron: number;
  readonly a: number;
  readonly b: number;
}

export class Store {
  #choice: Choice;
  readonly #listeners: ((choice: Choice, changed: ReadonlySet<keyof Choice>) => void)[] = [];

  constructor(choice: Choice) {
    this.#choice = choice;
  }

  get choice(): Choice {
    return this.#choice;
  }

  /** Takes over what differs and tells everybody, at once: the next picture of the screen shows it. */
  set(part: Partial<Choice>): void {
    const before = this.#choice;
    const changed = new Set(
      (Object.keys(part) as (keyof Choice)[]).filter((name) => part[name] !== before[name]),
    );
    if (changed.size === 0) return;
    this.#choice = { ...before, ...part };
    for (const listen of this.#listeners) listen(this.#choice, changed);
  }

  /** Calls `draw` now, and again whenever one of `names` has changed. */
  follow(names: readonly (keyof Choice)[], draw: (choice: Choice) => void): void {
    this.#listeners.push((choice, changed) => {
      if (names.some((name) => changed.has(name))) draw(choice);
    });
    draw(this.#choice);
  }
}
