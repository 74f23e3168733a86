// What the reader has chosen, and who wants to know when that changes.

export interface Choice {
  /** Number of a checkpoint, in the order of epochs. */
  readonly frame: number;
  /** Number of the snapshot whose weights stand for it; follows `frame`. */
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

  /** Takes over what differs and tells everybody, at once: the next picture of the screen shows it. */
  set(part: Partial<Omit<Choice, 'snapshot'>>): void {
    const before = this.#choice;
    const after = { ...before, ...part };
    this.#choice = { ...after, snapshot: this.#snapshotOf(after.frame) };
    const names = Object.keys(before) as (keyof Choice)[];
    const changed = new Set(names.filter((name) => this.#choice[name] !== before[name]));
    if (changed.size === 0) return;
    for (const listen of this.#listeners) listen(this.#choice, changed);
  }

  /**
   * Calls `draw` now, and again whenever one of `names` has changed; while `place` is out of sight, once it comes into
   * sight, so that a step of the slider costs only what one sees of it.
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
