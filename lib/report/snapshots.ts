// Chooses the checkpoints whose weights are in the page: the first, the last, those at landmarks, and others between them, so
// that the network changes about equally from each to the next. Change is measured by the sum of squared weights.

export interface Checkpoint {
  readonly epoch: number;
  readonly sum_squared_weights: number;
}

/**
 * Epochs of at most `count` checkpoints, ascending, chosen so that the largest change from one to the next is smallest. The
 * checkpoint nearest to each landmark is kept.
 */
export function chooseSnapshots(
  checkpoints: readonly Checkpoint[],
  landmarks: readonly number[],
  count: number,
): number[] {
  const epochs = checkpoints.map(({ epoch }) => epoch);
  const way = wayTo(checkpoints);
  const last = epochs.length - 1;
  const kept = new Set([last, ...landmarks.map((epoch) => nearestIndex(epochs, epoch)).slice(0, count - 2)]);
  /** Goes from each as far as `step` allows, at least to the next checkpoint, at most to the next that is kept. */
  const walk = (step: number): number[] => {
    const chosen = [0];
    for (let from = 0; from < last; chosen.push(from)) {
      const start = from++;
      while (!kept.has(from) && way[from + 1]! - way[start]! <= step) from++;
    }
    return chosen;
  };
  let [short, long] = [0, way[last]!];
  if (walk(0).length <= count) long = 0;
  for (let i = 0; i < 40 && long > 0; i++) {
    const middle = (short + long) / 2;
    if (walk(middle).length <= count) long = middle;
    else short = middle;
  }
  return walk(long).map((index) => epochs[index]!);
}

/** The way to each checkpoint: the changes of the sum of squares from one checkpoint to the next, added up without signs. */
function wayTo(checkpoints: readonly Checkpoint[]): number[] {
  let way = 0;
  return checkpoints.map(({ sum_squared_weights }, i) => {
    way += i === 0 ? 0 : Math.abs(sum_squared_weights - checkpoints[i - 1]!.sum_squared_weights);
    return way;
  });
}

/** The index of the epoch nearest to `epoch`. */
export function nearestIndex(epochs: readonly number[], epoch: number): number {
  let best = 0;
  epochs.forEach((each, i) => {
    if (Math.abs(each - epoch) < Math.abs(epochs[best]! - epoch)) best = i;
  });
  return best;
}
