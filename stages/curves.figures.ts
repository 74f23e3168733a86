// The history as figures, with the epochs at which the network memorised and grokked marked.
import type { Lines, Mark } from '../lib/charts/figure.ts';
import type { Milestones } from '../lib/measures/milestones.ts';
import type { HistoryRecord } from '../lib/training/history.ts';

const thousands = (n: number): string => n.toLocaleString('en-US');

/** `forked_after`: the last epoch of another run, from which this one went on. */
export type Marked = Milestones & { readonly forked_after?: number };

const marks = ({ memorised_epoch, grokked_epoch, forked_after }: Marked): Mark[] => [
  ...(forked_after === undefined
    ? []
    : [{ x: forked_after, label: `forked, epoch ${thousands(forked_after)}` }]),
  ...(memorised_epoch === null
    ? []
    : [{ x: memorised_epoch, label: `memorised, epoch ${thousands(memorised_epoch)}` }]),
  ...(grokked_epoch === null
    ? []
    : [{ x: grokked_epoch, label: `grokked, epoch ${thousands(grokked_epoch)}` }]),
];

/** On a log scale, since memorisation, circuit formation and cleanup are orders of magnitude apart. */
export function lossCurve(history: readonly HistoryRecord[], milestones: Marked): Lines {
  return {
    kind: 'lines',
    title: 'Loss over training',
    x: { label: 'epoch', values: history.map((r) => r.epoch) },
    y: { label: 'cross-entropy (nats)', log: true },
    series: [
      { name: 'train', values: history.map((r) => r.train_loss) },
      { name: 'test', values: history.map((r) => r.test_loss) },
    ],
    marks: marks(milestones),
    names: { series: 'set', x: 'epoch', y: 'loss' },
  };
}

export function accuracyCurve(history: readonly HistoryRecord[], milestones: Marked): Lines {
  return {
    kind: 'lines',
    title: 'Accuracy over training',
    x: { label: 'epoch', values: history.map((r) => r.epoch) },
    y: { label: 'accuracy (share of pairs)' },
    series: [
      { name: 'train', values: history.map((r) => r.train_accuracy) },
      { name: 'test', values: history.map((r) => r.test_accuracy) },
    ],
    marks: marks(milestones),
    names: { series: 'set', x: 'epoch', y: 'accuracy' },
  };
}
