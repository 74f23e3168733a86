// The history as figures, with the epochs at which the network memorised and grokked marked.
import type { Lines, Mark } from '../lib/charts/figure.ts';
import type { Milestones } from '../lib/measures/milestones.ts';
import type { HistoryRecord } from '../lib/training/history.ts';

const thousands = (n: number): string => n.toLocaleString('en-US');

/** `forked_after`: the last epoch of the run that this one continued. */
export type Marked = Milestones & { readonly forked_after?: number };

/** The epoch at which a run was forked: up to there it is the other run. */
export const forkMark = (epoch: number): Mark => ({ x: epoch, label: `forked, epoch ${thousands(epoch)}` });

/** Marks are named by what was reached, because the phases in other figures are found by other rules. */
const marks = ({ memorised_epoch, grokked_epoch, forked_after }: Marked): Mark[] => [
  ...(forked_after === undefined ? [] : [forkMark(forked_after)]),
  ...[
    { x: memorised_epoch, what: 'train accuracy 99 %' },
    { x: grokked_epoch, what: 'test accuracy 99 %' },
  ].flatMap(({ x, what }) => (x === null ? [] : [{ x, label: `${what}, epoch ${thousands(x)}` }])),
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
