/** The figures of a sweep of trainings, as options for lib/charts: for files and for the page. */
import { join } from 'node:path';
import { readHistory } from '../../artifacts/history.ts';
import type {
  CurveBundleOptions,
  PhaseMapOptions,
  SpreadOptions,
  SpreadSeries,
} from '../../charts/figure.ts';
import { formatTick } from '../../charts/numbers.ts';
import type { Row } from '../../sweep/results.ts';
import type { Sweep } from '../../sweep/sweep.ts';
import { axisOf, capOf, epochOf, groupBy, isSeed, isTrained, type Axis, type EpochField } from './axes.ts';
import type { Pictures } from './data.ts';

const PHASES = ['never learns', 'memorises', 'groks'];
const MEMORISED = ['memorised (train accuracy 99 %)', 'train.memorised_epoch'] as const;
const GROKKED = ['grokked (test accuracy 99 %)', 'train.grokked_epoch'] as const;
/** Published runs give this epoch. It is never far from GROKKED, so only one of the two is drawn. */
const LOW_LOSS = ['test loss below 0.1', 'train.test_loss_below_0_1_epoch'] as const;
/** Most samples of a curve: a picture has room for no more. */
const MOST_SAMPLES = 400;

/** Reads the history of every point that trained; null if none has. */
export async function composePictures(
  folder: string,
  sweep: Sweep,
  rows: readonly Row[],
): Promise<Pictures | null> {
  const done = rows.filter(isTrained);
  if (done.length === 0) return null;
  const axes = sweep.axes.filter((axis) => !isSeed(axis)).map((axis) => axisOf(axis, done));
  const cap = capOf(sweep);
  return {
    epochs: axes.map((axis) => epochsOver(sweep, axis, axes, done, cap)),
    phases: axes.flatMap((x, i) => axes.slice(i + 1).map((y) => phasesOver(x, y, done, cap))),
    losses: await lossesOf(folder, sweep, axes[0] ?? axisOf(sweep.axes[0]!, done), done),
  };
}

function epochsOver(
  sweep: Sweep,
  axis: Axis,
  axes: readonly Axis[],
  rows: readonly Row[],
  cap: number,
): SpreadOptions {
  const others = axes.filter((each) => each !== axis);
  const runs = (of: readonly Row[], field: EpochField): SpreadSeries['runs'] =>
    of.map((row) => ({ x: axis.placeOf(row), y: epochOf(row, field), point: row.point }));
  const groups = groupBy(rows, (row) => others.map((other) => other.describe(row)).join(', '));
  const published = axis === axes[0] && others.length === 0 ? sweep.published : null;
  const ours =
    others.length === 0
      ? [MEMORISED, published ? LOW_LOSS : GROKKED].map(([name, field]) => ({
          name,
          runs: runs(rows, field),
        }))
      : [...groups].map(([name, of]) => ({ name, runs: runs(of, 'train.grokked_epoch') }));
  const reference = [...(published ?? [])].map(([x, y]) => ({ x, y }));
  const seeds = sweep.axes.some(isSeed) ? 'Dots are seeds, the line their median, the bar their range.' : '';
  return {
    title: `Epochs to grok over ${axis.name}`,
    subtitle: `${seeds} Triangles at the top did not get there within ${formatTick(cap)} epochs.`.trim(),
    x: { label: axis.name, ticks: axis.ticks },
    y: { label: others.length === 0 ? 'epoch' : 'epoch at which it grokked' },
    cap: { at: cap, label: `never within ${formatTick(cap)} epochs` },
    series: [
      ...ours,
      ...(published
        ? [{ name: `${LOW_LOSS[0]}, published, one run each`, runs: reference, isReference: true }]
        : []),
    ],
  };
}

function phasesOver(x: Axis, y: Axis, rows: readonly Row[], cap: number): PhaseMapOptions {
  const phaseOf = (row: Row): number =>
    Number.isFinite(epochOf(row, 'train.grokked_epoch'))
      ? 2
      : Number.isFinite(epochOf(row, 'train.memorised_epoch'))
        ? 1
        : 0;
  return {
    title: `What becomes of training, by ${x.name} and ${y.name}`,
    subtitle: `What most runs of a cell came to within ${formatTick(cap)} epochs, and how many of them.`,
    x: { label: x.name, names: x.ticks.map(({ name }) => name) },
    y: { label: y.name, names: y.ticks.map(({ name }) => name) },
    phases: PHASES,
    runs: rows.map((row) => ({ column: x.indexOf(row), row: y.indexOf(row), phase: phaseOf(row) })),
  };
}

async function lossesOf(
  folder: string,
  sweep: Sweep,
  axis: Axis,
  rows: readonly Row[],
): Promise<CurveBundleOptions> {
  const curves = [];
  for (const row of rows) {
    const history = await readHistory(join(folder, row.point, 'train'));
    const stride = Math.ceil(history.length / MOST_SAMPLES);
    const kept = history.filter((_, i) => i % stride === 0 || i === history.length - 1);
    const points = kept.filter((r) => r.test_loss > 0).map((r) => [r.epoch, r.test_loss] as const);
    curves.push({ name: row.point, colour: axis.placeOf(row), points });
  }
  return {
    title: `Test loss of every run of ${sweep.name}`,
    subtitle: 'Lines end where training stopped.',
    x: { label: 'epoch' },
    y: { label: 'test cross-entropy (nats)' },
    colour: { name: axis.name, label: axis.name },
    curves,
  };
}
