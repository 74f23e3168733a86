// Chooses the checkpoints whose weights are in the page: first, last, those at landmarks, and others between them so that
// the network goes about as far from each to the next. How far it goes is told by the sum of its squared weights.

export interface Checkpoint {
  readonly epoch: number;
  readonly sum_squared_weights: number;
}

/**
 * Epochs of at most `count` checkpoints, ascending: those whose largest distance from one to the next is least. Of each
 * landmark, the nearest is kept.
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
  /** From each as far as `step` allows, at least to the next checkpoint, at most to the next that is kept. */
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

/** The way to each checkpoint: the sum of what its squares have changed by from each checkpoint to the next. */
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
