// The numbers of a run as text. An epoch that was never reached reads `never within 30,000`.
import type { SweepData, SweepPoint } from '../../sweeps/data.ts';
import { percent, short, whole } from '../parts/numbers.ts';

/** Column heads for the usual fields; other fields have their own names as heads. */
export const HEADS: Readonly<Record<string, string>> = {
  'train.memorised_epoch': 'memorised',
  'train.test_loss_below_0_1_epoch': 'test loss below 0.1',
  'train.grokked_epoch': 'grokked',
  'train.epochs': 'epochs trained',
  'train.train_loss': 'train loss',
  'train.test_loss': 'test loss',
  'train.train_accuracy': 'train accuracy',
  'train.test_accuracy': 'test accuracy',
  'fourier.key_frequencies.logit_map_quarter_max': 'key frequencies',
};

export const headOf = ({ points }: SweepData): string[] => [
  ...Object.keys(points[0]!.params).map((axis) => axis.split('.')[1]!),
  'outcome',
  ...Object.keys(points[0]!.fields).map((field) => HEADS[field] ?? field),
];

export const numbersOf = (data: SweepData, point: SweepPoint): string[] => [
  ...Object.values(point.params).map(String),
  point.outcome,
  ...Object.keys(point.fields).map((field) => textOf(data, point, field)),
];

export function textOf({ cap }: SweepData, { outcome, fields }: SweepPoint, field: string): string {
  const value = fields[field];
  if (outcome === 'failed') return '–';
  if (value === null) return field.endsWith('_epoch') && cap !== null ? `never within ${whole(cap)}` : '–';
  if (typeof value !== 'number') return Array.isArray(value) ? value.join(', ') : String(value);
  if (field.endsWith('_accuracy')) return percent(value);
  return Number.isInteger(value) ? whole(value) : short(value);
}
