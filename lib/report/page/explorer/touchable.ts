// The last network of the run, with what is to be known to touch it. Its weights are in the page as float32.
import { gridRows, takeRows } from '../../../task/split.ts';
import { clusterAll, type Cluster, type Touchable } from '../touch/network.ts';
import type { Run } from './run.ts';

export function touchableOf(run: Run): Touchable {
  const { config } = run.data;
  const { operation, not_measured } = run.facts;
  const grid = gridRows(config.p, operation);
  const rows = Int32Array.from(grid.a.keys());
  const isTrained = (row: number): boolean => run.isTrained(grid.a[row]!, grid.b[row]!);
  return {
    config,
    operation,
    weights: run.lastWeights(),
    axis: run.axis,
    key: not_measured === null ? run.keyFrequencies : null,
    clusters: clustersOf(run),
    train: takeRows(grid, rows.filter(isTrained)),
    test: takeRows(
      grid,
      rows.filter((row) => !isTrained(row)),
    ),
    isSplit: run.facts.unsplit === null,
  };
}

/** As the stage neurons found them at the end; without it, all in one. */
function clustersOf(run: Run): Cluster[] {
  const { neurons, config } = run.data;
  const all = Array.from({ length: config.d_mlp }, (_, j) => j);
  const above = run.facts.tuned?.above;
  if (!neurons || above === undefined) return [{ frequency: null, neurons: all }];
  const [frequency, fraction] = ['neuron_frequency', 'neuron_fraction_explained'].map((name) =>
    run.column(neurons, name)!,
  ) as [Float32Array, Float32Array];
  const best = all.map((j) =>
    frequency[j]! > 0 ? { frequency: frequency[j]!, fraction: fraction[j]! } : null,
  );
  return clusterAll(best, above);
}
