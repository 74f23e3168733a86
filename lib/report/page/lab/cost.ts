// Estimates how long a setting will train before it groks. The lab times an epoch on this machine; the number of epochs
// comes from similar runs that were measured.
import type { Settings } from '../../worker/messages.ts';
import { short, whole } from '../parts/numbers.ts';
import { START } from './settings.ts';

/** Epochs until addition was grokked, by p and train fraction, with all other settings as in START. */
const KNOWN: readonly (readonly [p: number, train_fraction: number, epochs: number])[] = [
  [31, 0.6, 930],
  [31, 0.7, 850],
  [31, 0.8, 990],
  [31, 0.9, 2320],
  [41, 0.8, 330],
  [41, 0.9, 310],
  [59, 0.3, 8490],
  [59, 0.4, 1890],
  [59, 0.5, 510],
  [59, 0.6, 630],
  [59, 0.7, 450],
  [59, 0.8, 610],
  [59, 0.9, 130],
  [113, 0.3, 10_260],
  [113, 0.5, 750],
];

const NEAR_P = 0.15;
const NEAR_FRACTION = 0.06;

/** The nearest measured run; null if none is near. */
export function expectedEpochs(
  settings: Settings,
): { p: number; train_fraction: number; epochs: number } | null {
  const { p, train_fraction } = settings;
  const same = (
    ['d_model', 'n_heads', 'd_head', 'd_mlp', 'learning_rate', 'weight_decay', 'operation'] as const
  ).every((name) => settings[name] === START[name]);
  if (!same) return null;
  const distance = (run: (typeof KNOWN)[number]): number =>
    Math.abs(Math.log(run[0] / p)) / NEAR_P + Math.abs(run[1] - train_fraction) / NEAR_FRACTION;
  const best = KNOWN.reduce((nearest, run) => (distance(run) < distance(nearest) ? run : nearest));
  return distance(best) > 1 ? null : { p: best[0], train_fraction: best[1], epochs: best[2] };
}

/** As `3 s`, `4 minutes` or `1.5 hours`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 90) return `${Number(seconds.toPrecision(seconds < 10 ? 1 : 2))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} minutes`;
  return `${short(seconds / 3600)} hours`;
}

export function describeCost(settings: Settings, epoch_ms: number): string {
  const each = `An epoch takes about ${short(epoch_ms)} ms here, 1,000 of them ${duration(1000 * epoch_ms)}.`;
  const known = expectedEpochs(settings);
  if (known === null) return `${each} How many it needs to grok is not known: no similar run was measured.`;
  const { p, train_fraction, epochs } = known;
  const like =
    p === settings.p && train_fraction === settings.train_fraction
      ? 'This'
      : `p = ${p} with ${train_fraction}`;
  return `${each} ${like} was grokked after ${whole(epochs)} epochs: expect ${duration(epochs * epoch_ms)}.`;
}
