// The network that was trained in the lab, in the form that "Touch it" takes.
import { TUNED } from '../../../measures/thresholds.ts';
import { viewWeights } from '../../../network/config.ts';
import { numberAxis } from '../../../task/number-axis.ts';
import { gridRows, splitRows, takeRows } from '../../../task/split.ts';
import type { Look, Settings } from '../../worker/messages.ts';
import { clusterAll, type Touchable } from '../touch/network.ts';

export function touchableOf(settings: Settings, { weights, key, neurons }: Look): Touchable {
  const { p, operation, train_fraction, split_seed, d_model, n_heads, d_head, d_mlp } = settings;
  const grid = gridRows(p, operation);
  const { train, test } = splitRows(p, train_fraction, split_seed, operation);
  return {
    config: { p, d_model, n_heads, d_head, d_mlp },
    operation,
    weights: viewWeights(settings, weights),
    axis: numberAxis(p, operation),
    key,
    clusters: neurons
      ? clusterAll(neurons, TUNED)
      : [{ frequency: null, neurons: Array.from({ length: d_mlp }, (_, j) => j) }],
    train: takeRows(grid, train),
    test: takeRows(grid, test),
    isSplit: true,
  };
}
