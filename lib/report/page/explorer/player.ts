// Plays through the checkpoints, as if the slider were drawn along. It never starts by itself, so nothing moves that the
// reader has not set going, whether the system asks for reduced motion or not.
import type { Store } from './store.ts';

/** From the first checkpoint to the last. */
const WHOLE_MS = 20_000;
/** What a checkpoint is shown for, at the least and at the most. */
const [LEAST_MS, MOST_MS] = [60, 500];

export class Player {
  readonly #store: Store;
  readonly #last: number;
  readonly #tell: (isPlaying: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Where it led last: if the reader moved on from there, it stops. */
  #frame = 0;

  /** `last`: the last frame. `tell` hears when it starts and stops. */
  constructor(store: Store, last: number, tell: (isPlaying: boolean) => void) {
    this.#store = store;
    this.#last = last;
    this.#tell = tell;
    store.follow(['frame'], ({ frame }) => this.#timer !== undefined && frame !== this.#frame && this.stop());
  }

  /** From the end it starts anew. */
  toggle(): void {
    if (this.#timer !== undefined) return this.stop();
    this.#frame = this.#store.choice.frame === this.#last ? 0 : this.#store.choice.frame;
    this.#tell(true);
    this.#wait();
    this.#store.set({ frame: this.#frame });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tell(false);
  }

  /** Each step waits for the one before to be on the screen. */
  #wait(): void {
    const each = Math.min(MOST_MS, Math.max(LEAST_MS, WHOLE_MS / this.#last));
    this.#timer = setTimeout(() => requestAnimationFrame(() => this.#step()), each);
  }

  #step(): void {
    if (this.#timer === undefined) return;
    this.#frame++;
    this.#store.set({ frame: this.#frame });
    if (this.#frame >= this.#last) this.stop();
    else this.#wait();
  }
}
