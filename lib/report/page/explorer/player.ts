// Plays through the checkpoints as if the reader moved the slider. It never starts by itself, so nothing moves unless
// the reader asks for it, whether or not the system asks for reduced motion.
import type { Store } from './store.ts';

/** Time to play from the first checkpoint to the last. */
const WHOLE_MS = 20_000;
/** The shortest and the longest time that a checkpoint is shown. */
const [LEAST_MS, MOST_MS] = [60, 500];

export class Player {
  readonly #store: Store;
  readonly #last: number;
  readonly #tell: (isPlaying: boolean) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The frame that it set last. If the reader moves to another one, it stops. */
  #frame = 0;

  /** `last`: the last frame. `tell` is called when it starts and stops. */
  constructor(store: Store, last: number, tell: (isPlaying: boolean) => void) {
    this.#store = store;
    this.#last = last;
    this.#tell = tell;
    store.follow(['frame'], ({ frame }) => this.#timer !== undefined && frame !== this.#frame && this.stop());
  }

  /** Starts or stops. At the end it starts again from the first checkpoint. */
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

  /** Each step waits until the one before is on the screen. */
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
