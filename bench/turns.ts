/** Contenders that take turns: round after round each has one, so that what the machine does meanwhile meets them all. */
import type { Progress } from './section.ts';

/** Of each complete round, the milliseconds of every contender. */
export type Rounds<K extends string> = readonly Readonly<Record<K, number>>[];

/** A turn does its own preparations and gives the milliseconds of what is measured. At a stop the rounds so far are given. */
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

/** Median over the rounds of what `of` makes of each. */
export const medianOf = <K extends string>(
  rounds: Rounds<K>,
  of: (round: Readonly<Record<K, number>>) => number,
): number => median(rounds.map(of));
