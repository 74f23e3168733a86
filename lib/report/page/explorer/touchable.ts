// The last network of the run, in the form that "Touch it" takes. The page has its weights as float32.
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

/** The clusters that the stage neurons found at the end; a single cluster if it has not run. */
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
