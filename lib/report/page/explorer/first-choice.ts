// What the page shows before the reader chooses anything: good examples in this run of what its words describe.
import type { Run } from './run.ts';
import type { Choice } from './store.ts';

/** The last checkpoint, the strongest circle, the clearest neuron, and a pair that the network was not trained on. */
export function firstChoice(run: Run): Omit<Choice, 'snapshot'> {
  const { p } = run.data.config;
  const frame = run.epochs.length - 1;
  return { frame, frequency: strongest(run, frame), neuron: clearest(run), ...heldOut(run, p) };
}

/** Of the key frequencies, the one with the largest norm in W_E. */
function strongest(run: Run, frame: number): number {
  const norms = run.list('fourier_norms_W_E', frame);
  const [first = 1, ...others] = run.keyFrequencies;
  if (!norms) return first;
  const norm = (k: number): number => Math.hypot(norms[2 * k - 1] ?? 0, norms[2 * k] ?? 0);
  return others.reduce((best, k) => (norm(k) > norm(best) ? k : best), first);
}

/** The neuron that one frequency explains best. */
function clearest(run: Run): number {
  const { neurons } = run.data;
  const [frequency, fraction] = ['neuron_frequency', 'neuron_fraction_explained'].map(
    (name) => neurons && run.column(neurons, name),
  ) as [Float32Array | null, Float32Array | null];
  if (!frequency || !fraction) return 0;
  let best = 0;
  fraction.forEach((share, j) => {
    if (frequency[j]! > 0 && !(share <= fraction[best]!)) best = j;
  });
  return best;
}

/** The first held-out pair from the middle of the grid on; the pair in the middle if there is none. */
function heldOut(run: Run, p: number): { a: number; b: number } {
  const [a, b] = [Math.round(0.4 * p), Math.round(0.75 * p)];
  for (let i = 0; i < p * (p - 1); i++) {
    const next = { a: (a + Math.floor(i / (p - 1))) % p, b: 1 + ((b - 1 + i) % (p - 1)) };
    if (!run.isTrained(next.a, next.b)) return next;
  }
  return { a, b };
}
