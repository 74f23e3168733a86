// The page's side of the worker that computes losses and accuracies of touched networks. The page contains the worker's
// script and both builds of the kernel.
import type { FromScorer, Scores, ToScorer } from '../../worker/score-messages.ts';
import { byteBlock } from '../parts/block.ts';
import { reason, startWorker } from '../parts/start-worker.ts';
import type { Touchable } from './network.ts';

export class Scorer {
  readonly #worker: Worker | null;
  #asked: ((scores: Scores) => void) | null = null;
  /** What to ask next. If weights come faster than they are scored, this is the newest; the others are dropped. */
  #next: { readonly weights: Float32Array; readonly hear: (scores: Scores) => void } | null = null;

  /** `fail` gets the reason if there will be no scores. */
  constructor({ config, train, test }: Touchable, fail: (why: string) => void) {
    this.#worker = startWorker('scorer', fail);
    this.#worker?.addEventListener('message', ({ data }: MessageEvent<FromScorer>) => {
      if (data.tell === 'failed') return fail(reason(data.why));
      const hear = this.#asked;
      this.#asked = null;
      hear?.(data.scores);
      const next = this.#next;
      this.#next = null;
      if (next) this.score(next.weights, next.hear);
    });
    const [relaxed, plain] = ['page-relaxed', 'page-plain'].map((id) => byteBlock(id)) as [
      Uint8Array,
      Uint8Array,
    ];
    this.#ask({ ask: 'open', modules: { relaxed, plain }, config, train, test });
  }

  /** Calls `hear` with the scores of these weights, unless newer weights come before their turn. */
  score(weights: Float32Array, hear: (scores: Scores) => void): void {
    if (this.#asked) {
      this.#next = { weights, hear };
      return;
    }
    this.#asked = hear;
    this.#ask({ ask: 'score', weights });
  }

  close(): void {
    this.#worker?.terminate();
  }

  #ask(message: ToScorer): void {
    this.#worker?.postMessage(message);
  }
}
