// Holds what the reader has chosen, and calls its followers when that changes.

export interface Choice {
  /** Index of a checkpoint. */
  readonly frame: number;
  /** Index of the snapshot nearest to `frame`, from which it follows. */
  readonly snapshot: number;
  readonly frequency: number;
  readonly neuron: number;
  readonly a: number;
  readonly b: number;
}

export class Store {
  #choice: Choice;
  readonly #snapshotOf: (frame: number) => number;
  readonly #listeners: ((choice: Choice, changed: ReadonlySet<keyof Choice>) => void)[] = [];

  constructor(choice: Omit<Choice, 'snapshot'>, snapshotOf: (frame: number) => number) {
    this.#choice = { ...choice, snapshot: snapshotOf(choice.frame) };
    this.#snapshotOf = snapshotOf;
  }

  get choice(): Choice {
    return this.#choice;
  }

  /** Changes the choice and at once calls all followers of what has changed. */
  set(part: Partial<Omit<Choice, 'snapshot'>>): void {
    const before = this.#choice;
    const after = { ...before, ...part };
    this.#choice = { ...after, snapshot: this.#snapshotOf(after.frame) };
    const names = Object.keys(before) as (keyof Choice)[];
    const changed = new Set(names.filter((name) => this.#choice[name] !== before[name]));
    if (changed.size === 0) return;
    for (const listen of this.#listeners) listen(this.#choice, changed);
  }

  /** Looks for a nearer snapshot for the same frame, after another one was unpacked. */
  refresh(): void {
    this.set({});
  }

  /**
   * Calls `draw` now, and whenever one of `names` has changed. While `place` is out of sight, `draw` waits, so that a step
   * of the slider draws only what can be seen.
   */
  follow(names: readonly (keyof Choice)[], draw: (choice: Choice) => void, place?: Element): void {
    let isSeen = place === undefined;
    let isStale = false;
    if (place)
      new IntersectionObserver(
        (entries) => {
          isSeen = entries.at(-1)!.isIntersecting;
          if (isSeen && isStale) draw(this.#choice);
          if (isSeen) isStale = false;
        },
        { rootMargin: '100px' },
      ).observe(place);
    this.#listeners.push((choice, changed) => {
      if (!names.some((name) => changed.has(name))) return;
      if (isSeen) draw(choice);
      else isStale = true;
    });
    draw(this.#choice);
  }
}
