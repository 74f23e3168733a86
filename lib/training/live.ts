// What is shown of a training while it runs: about once a second, and small enough to be written and read that often.
import type { ModelConfig } from '../network/config.ts';
import type { HistoryRecord } from './history.ts';

export interface LiveTraining {
  readonly config: ModelConfig;
  readonly task: { readonly operation: string; readonly train_fraction: number };
  /** Epochs that are done, and the most that there will be. */
  readonly epochs: number;
  readonly total: number;
  /** Epochs that were done when this process began, and the seconds it has trained since. */
  readonly began_at: number;
  readonly seconds: number;
  readonly history: readonly HistoryRecord[];
  /** [p + 1, d_model]: base64 of little-endian float32. */
  readonly W_E: string;
}

const EVERY_MS = 1000;
const MOST_RECORDS = 400;

/** Returns a function to call after each record, which shows the training if a second has passed. */
export function showLive(
  what: Pick<LiveTraining, 'config' | 'task' | 'total' | 'began_at'>,
  history: readonly HistoryRecord[],
  readEmbedding: () => Float32Array,
  show: (live: LiveTraining) => void,
): (epochs: number) => void {
  const start = performance.now();
  let shown = -Infinity;
  return (epochs) => {
    const now = performance.now();
    if (now - shown < EVERY_MS) return;
    shown = now;
    const stride = Math.ceil(history.length / MOST_RECORDS);
    const thin = history.filter((_, i) => i % stride === 0 || i === history.length - 1);
    const { buffer, byteOffset, byteLength } = readEmbedding();
    const W_E = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
    show({ ...what, epochs, seconds: (now - start) / 1000, history: thin, W_E });
  };
}
