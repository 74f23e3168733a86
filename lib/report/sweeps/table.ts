/** Results of a sweep for the terminal: a Markdown table of epochs, and a few words about a point. */
import { formatTick } from '../../charts/numbers.ts';
import { median } from '../../charts/spread-marks.ts';
import type { Row } from '../../sweep/results.ts';
import type { Sweep } from '../../sweep/sweep.ts';
import { axisOf, capOf, epochOf, groupBy, isSeed, isTrained } from './axes.ts';

const COLUMNS = [
  ['memorised', 'train.memorised_epoch'],
  ['test loss below 0.1', 'train.test_loss_below_0_1_epoch'],
  ['grokked', 'train.grokked_epoch'],
] as const;

/** Epochs by the values of the axes. No lines if the sweep does not train or only seeds differ. */
export function epochTable(sweep: Sweep, rows: readonly Row[]): string[] {
  const axes = sweep.axes.filter((axis) => !isSeed(axis));
  const done = rows.filter(isTrained);
  if (axes.length === 0 || done.length === 0) return [];
  const described = axes.map((axis) => axisOf(axis, done));
  const cap = capOf(sweep);
  const groups = groupBy(done, (row) => described.map((axis) => axis.indexOf(row)).join());
  const published = axes.length === 1 ? sweep.published : null;
  const body = [...groups.values()].map((group) => [
    ...described.map(({ ticks, indexOf }) => ticks[indexOf(group[0]!)]!.name),
    ...COLUMNS.map(([, field]) =>
      summarise(
        group.map((row) => epochOf(row, field)),
        cap,
      ),
    ),
    ...(published ? [formatMaybe(published.get(Number(group[0]!.params[axes[0]!])))] : []),
  ]);
  const head = [
    ...described.map(({ name }) => `\`${name}\``),
    ...COLUMNS.map(([name]) => name),
    ...(published ? ['published: test loss below 0.1'] : []),
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)];
}

/** Median and range: `800 (750 to 900)`. Runs that never got there count as later than all others. */
function summarise(epochs: readonly number[], cap: number): string {
  const show = (epoch: number): string =>
    Number.isFinite(epoch) ? formatTick(epoch) : `> ${formatTick(cap)}`;
  const [least, most] = [Math.min(...epochs), Math.max(...epochs)];
  return least === most ? show(least) : `${show(median(epochs))} (${show(least)} to ${show(most)})`;
}

const formatMaybe = (epoch: number | undefined): string => (epoch === undefined ? '' : formatTick(epoch));

/** Whether and when a point grokked; empty if that is not known. */
export function describeRow(row: Row): string {
  if (!isTrained(row)) return '';
  const epoch = epochOf(row, 'train.grokked_epoch');
  return Number.isFinite(epoch) ? `grokked at epoch ${epoch.toLocaleString('en-US')}` : 'has not grokked';
}
