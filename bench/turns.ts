/** Contenders take turns: each has one in every round, so that whatever else the machine does affects all of them. */
import type { Progress } from './section.ts';

/** For each complete round, the milliseconds of every contender. */
export type Rounds<K extends string> = readonly Readonly<Record<K, number>>[];

/** A turn prepares itself and returns the milliseconds of what is measured. When stopped, returns the rounds so far. */
export async function takeTurns<K extends string>(
  contenders: Readonly<Record<K, () => Promise<number>>>,
  count: number,
  stop: AbortSignal,
  progress: Progress,
): Promise<Rounds<K>> {
  const names = Object.keys(contenders) as K[];
  const rounds: Record<K, number>[] = [];
  for (let i = 0; i < count; i++) {
    const round: Partial<Record<K, number>> = {};
    for (const [turn, name] of names.entries()) {
      progress(i * names.length + turn, count * names.length, name);
      try {
        round[name] = await contenders[name]();
      } catch (error) {
        if (!stop.aborted) throw error;
      }
      if (stop.aborted) return rounds;
    }
    rounds.push(round as Record<K, number>);
  }
  return rounds;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)]!;

/** The median of `of(round)` over the rounds. */
export const medianOf = <K extends string>(
  rounds: Rounds<K>,
  of: (round: Readonly<Record<K, number>>) => number,
): number => median(rounds.map(of));
