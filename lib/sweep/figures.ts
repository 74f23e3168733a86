/** The figures of a sweep of trainings: epochs over each axis, phases over two, all loss curves in one picture. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { curveBundle, curveBundleTable } from '../figures/curve-bundle.ts';
import { writeFigure } from '../figures/figure.ts';
import { formatTick } from '../figures/numbers.ts';
import { phaseMap, phaseMapTable } from '../figures/phase-map.ts';
import { spread, spreadTable, type SpreadSeries } from '../figures/spread.ts';
import { readHistory } from '../training/history-file.ts';
import { axisOf, capOf, epochOf, groupBy, isSeed, type Axis } from './axes.ts';
import type { Sweep } from './definition.ts';
import type { Row } from './results.ts';

const PHASES = ['never learns', 'memorises', 'groks'];
const MEMORISED = ['memorised (train accuracy 99 %)', 'train.memorised_epoch'] as const;
const GROKKED = ['grokked (test accuracy 99 %)', 'train.grokked_epoch'] as const;
/** What published runs are measured by; never far from GROKKED, so one of the two is drawn. */
const LOW_LOSS = ['test loss below 0.1', 'train.test_loss_below_0_1_epoch'] as const;
/** Samples of a curve: as many as the picture has room for. */
const MOST_SAMPLES = 400;

/** Draws what there is to draw into `<folder>/figures`; nothing where the sweep does not train. */
export async function drawFigures(folder: string, sweep: Sweep, rows: readonly Row[]): Promise<void> {
  const done = rows.filter(({ outcome }) => outcome === 'done');
  if (!sweep.stages.has('train') || done.length === 0) return;
  const figures = join(folder, 'figures');
  const out = `${figures}.${process.pid}`;
  await mkdir(out, { recursive: true });
  const axes = sweep.axes.filter((axis) => !isSeed(axis)).map((axis) => axisOf(axis, done));
  const cap = capOf(sweep);
  for (const axis of axes) await drawEpochs(out, sweep, axis, axes, done, cap);
  for (const [i, x] of axes.entries())
    for (const y of axes.slice(i + 1)) await drawPhases(out, x, y, done, cap);
  await drawLosses(folder, out, sweep, axes[0] ?? axisOf(sweep.axes[0]!, done), done);
  await rm(figures, { recursive: true, force: true });
  await rename(out, figures);
}

async function drawEpochs(
  out: string,
  sweep: Sweep,
  axis: Axis,
  axes: readonly Axis[],
  rows: readonly Row[],
  cap: number,
): Promise<void> {
  const others = axes.filter((each) => each !== axis);
  const runs = (of: readonly Row[], field: string): SpreadSeries['runs'] =>
    of.map((row) => ({ x: axis.placeOf(row), y: epochOf(row, field) }));
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
  const options = {
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
  const table = spreadTable(options, { x: axis.name, y: 'epoch' });
  await writeFigure(out, `epochs_by_${axis.name}`, spread(options), table);
}

async function drawPhases(out: string, x: Axis, y: Axis, rows: readonly Row[], cap: number): Promise<void> {
  const phaseOf = (row: Row): number =>
    Number.isFinite(epochOf(row, 'train.grokked_epoch'))
      ? 2
      : Number.isFinite(epochOf(row, 'train.memorised_epoch'))
        ? 1
        : 0;
  const options = {
    title: `What becomes of training, by ${x.name} and ${y.name}`,
    subtitle: `What most runs of a cell came to within ${formatTick(cap)} epochs, and how many of them.`,
    x: { label: x.name, names: x.ticks.map(({ name }) => name) },
    y: { label: y.name, names: y.ticks.map(({ name }) => name) },
    phases: PHASES,
    runs: rows.map((row) => ({ column: x.indexOf(row), row: y.indexOf(row), phase: phaseOf(row) })),
  };
  const name = `phases_by_${x.name}_and_${y.name}`;
  await writeFigure(out, name, phaseMap(options), phaseMapTable(options, { x: x.name, y: y.name }));
}

async function drawLosses(
  folder: string,
  out: string,
  sweep: Sweep,
  axis: Axis,
  rows: readonly Row[],
): Promise<void> {
  const curves = [];
  for (const row of rows) {
    const history = await readHistory(join(folder, row.point, 'train', 'history.arrow'));
    const stride = Math.ceil(history.length / MOST_SAMPLES);
    const kept = history.filter((_, i) => i % stride === 0 || i === history.length - 1);
    const points = kept.filter((r) => r.test_loss > 0).map((r) => [r.epoch, r.test_loss] as const);
    curves.push({ name: row.point, colour: axis.placeOf(row), points });
  }
  const options = {
    title: `Test loss of every run of ${sweep.name}`,
    subtitle: 'Lines end where training stopped.',
    x: { label: 'epoch' },
    y: { label: 'test cross-entropy (nats)' },
    colour: { name: axis.name, label: axis.name },
    curves,
  };
  const table = curveBundleTable(options, { x: 'epoch', y: 'test_loss' });
  await writeFigure(out, 'test_losses', curveBundle(options), table);
}
