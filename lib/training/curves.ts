// The history as a table and as figures, with the epochs at which the network memorised and grokked marked.
import type { ArrowSchema, Columns } from '../files/arrow.ts';
import type { Figure } from '../figures/figure.ts';
import { lines } from '../figures/lines.ts';
import { HISTORY_FIELDS, type HistoryRecord, type Milestones } from './history.ts';

/** history.arrow: HISTORY_FIELDS as float64 columns, a row per logged epoch. */
export function historyTable(history: readonly HistoryRecord[]): { schema: ArrowSchema; columns: Columns } {
  const columns = HISTORY_FIELDS.map(
    (field) => [field, Float64Array.from(history, (r) => r[field])] as const,
  );
  return {
    schema: {
      columns: Object.fromEntries(HISTORY_FIELDS.map((field) => [field, { type: 'float64' as const }])),
      metadata: { train_loss: 'before the step of its epoch', test_loss: 'after the step of its epoch' },
    },
    columns: Object.fromEntries(columns),
  };
}

const thousands = (n: number): string => n.toLocaleString('en-US');

const marks = ({ memorised_epoch, grokked_epoch }: Milestones): { x: number; label: string }[] => [
  ...(memorised_epoch === null
    ? []
    : [{ x: memorised_epoch, label: `memorised, epoch ${thousands(memorised_epoch)}` }]),
  ...(grokked_epoch === null
    ? []
    : [{ x: grokked_epoch, label: `grokked, epoch ${thousands(grokked_epoch)}` }]),
];

export function lossCurve(history: readonly HistoryRecord[], milestones: Milestones): Figure {
  return lines({
    title: 'Loss over training',
    x: { label: 'epoch', values: history.map((r) => r.epoch) },
    y: { label: 'cross-entropy (nats)', log: true },
    series: [
      { name: 'train', values: history.map((r) => r.train_loss) },
      { name: 'test', values: history.map((r) => r.test_loss) },
    ],
    marks: marks(milestones),
  });
}

export function accuracyCurve(history: readonly HistoryRecord[], milestones: Milestones): Figure {
  return lines({
    title: 'Accuracy over training',
    x: { label: 'epoch', values: history.map((r) => r.epoch) },
    y: { label: 'accuracy (share of pairs)' },
    series: [
      { name: 'train', values: history.map((r) => r.train_accuracy) },
      { name: 'test', values: history.map((r) => r.test_accuracy) },
    ],
    marks: marks(milestones),
  });
}
