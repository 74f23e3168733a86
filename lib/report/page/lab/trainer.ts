// The page's side of the worker that trains. The page contains the worker's script and both builds of the kernel.
import type { FromWorker, Settings, ToWorker } from '../../worker/messages.ts';
import { byteBlock } from '../parts/block.ts';
import { reason, startWorker } from '../parts/start-worker.ts';

export class Trainer {
  readonly #worker: Worker | null;
  #run = 0;

  /** `listen` gets messages about the newest network only. */
  constructor(listen: (message: FromWorker) => void) {
    this.#worker = startWorker('worker', (why) => listen({ tell: 'failed', run: null, why }));
    this.#worker?.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      const isLate = 'run' in data && data.run !== null && data.run !== this.#run;
      if (!isLate) listen(data.tell === 'failed' ? { ...data, why: reason(data.why) } : data);
    });
    const [relaxed, plain] = ['page-relaxed', 'page-plain'].map((id) => byteBlock(id)) as [
      Uint8Array,
      Uint8Array,
    ];
    this.#ask({ ask: 'load', modules: { relaxed, plain } });
  }

  /** Replaces the network by a new, untrained one. */
  open(settings: Settings): void {
    this.#ask({ ask: 'open', run: ++this.#run, settings });
  }

  /** Trains until `until` epochs are done in all. */
  train(until: number): void {
    this.#ask({ ask: 'train', run: this.#run, until });
  }

  pause(): void {
    this.#ask({ ask: 'pause', run: this.#run });
  }

  setWeightDecay(weight_decay: number): void {
    this.#ask({ ask: 'weight_decay', run: this.#run, weight_decay });
  }

  look(): void {
    this.#ask({ ask: 'look', run: this.#run });
  }

  askForWeights(): void {
    this.#ask({ ask: 'weights', run: this.#run });
  }

  #ask(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}
