// Chooses the checkpoints whose weights are in the page: first, last, those at landmarks, and others between them.
// Each stretch between two landmarks gets about as many, however long it is: one phase may last a hundred times longer.

/** At most `count` of `epochs`, both ascending. Of each landmark, the nearest epoch is kept. */
export function chooseSnapshots(
  epochs: readonly number[],
  landmarks: readonly number[],
  count: number,
): number[] {
  const nearest = (epoch: number): number => nearestIndex(epochs, epoch);
  const ends = [0, epochs.length - 1];
  const kept = [...new Set([...ends, ...landmarks.map(nearest)])].slice(0, count).sort((x, y) => x - y);
  const stretches = kept.slice(1).map((end, i) => ({ start: kept[i]!, end, parts: 1 }));
  let total = kept.length;
  while (total < count) {
    const divisible = stretches.filter(({ start, end, parts }) => end - start > parts);
    if (divisible.length === 0) break;
    divisible.reduce((least, each) => (each.parts < least.parts ? each : least)).parts++;
    total++;
  }
  const chosen = stretches.flatMap(({ start, end, parts }) =>
    Array.from({ length: parts }, (_, i) => Math.round(start + (i / parts) * (end - start))),
  );
  return [...chosen, epochs.length - 1].map((index) => epochs[index]!);
}

/** The index of the epoch nearest to `epoch`. */
export function nearestIndex(epochs: readonly number[], epoch: number): number {
  let best = 0;
  epochs.forEach((each, i) => {
    if (Math.abs(each - epoch) < Math.abs(epochs[best]! - epoch)) best = i;
  });
  return best;
}
