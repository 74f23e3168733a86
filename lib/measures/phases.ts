// Memorisation, circuit formation and cleanup (Nanda et al. 2023, section 5), found from the curves. The paper and every
// published run set the borders by hand, the paper at epochs 1,400 and 9,400. These rules set them at the maxima of test loss
// and of excluded loss: 1,399 and 9,400 in a published run with the default seeds.
import { CLEAN, LEARNT } from './thresholds.ts';

export interface Curves {
  readonly epoch: ArrayLike<number>;
  readonly loss_test: ArrayLike<number>;
  readonly accuracy_train: ArrayLike<number>;
  readonly accuracy_test: ArrayLike<number>;
  readonly excluded_loss_logits_train: ArrayLike<number>;
  readonly sum_squared_weights: ArrayLike<number>;
}

/** Epochs of checkpoints; `to` is null while the phase lasts. */
export interface Phase {
  readonly from: number;
  readonly to: number | null;
}

/** A phase that was not reached is null. */
export type Phases = Readonly<Record<'memorisation' | 'circuit_formation' | 'cleanup', Phase | null>>;

export const PHASE_RULES: Readonly<Record<keyof Phases, string>> = {
  memorisation:
    'from the first checkpoint to that of the largest test loss, if train accuracy reaches 99 % at some checkpoint',
  circuit_formation: 'from there to the checkpoint of the largest excluded loss (logits, train) after it',
  cleanup:
    'from there, if test accuracy is at least 99 % at the last checkpoint, until the sum of squared weights has lost 95 % of what it loses by the last checkpoint',
};

export function findPhases(curves: Curves): Phases {
  const { epoch, accuracy_train, accuracy_test } = curves;
  const last = epoch.length - 1;
  if (!Array.from(accuracy_train).some((accuracy) => accuracy >= LEARNT))
    return { memorisation: null, circuit_formation: null, cleanup: null };
  const at = (i: number): number => epoch[i]!;
  const turn = indexOfLargest(curves.loss_test, 0);
  if (turn === last)
    return { memorisation: { from: at(0), to: null }, circuit_formation: null, cleanup: null };
  const memorisation = { from: at(0), to: at(turn) };
  const formed = indexOfLargest(curves.excluded_loss_logits_train, turn);
  if (formed === last || !(accuracy_test[last]! >= LEARNT))
    return { memorisation, circuit_formation: { from: at(turn), to: null }, cleanup: null };
  const circuit_formation = { from: at(turn), to: at(formed) };
  const clean = indexOfClean(curves.sum_squared_weights, formed);
  return {
    memorisation,
    circuit_formation,
    cleanup: { from: at(formed), to: clean === last ? null : at(clean) },
  };
}

function indexOfLargest(values: ArrayLike<number>, from: number): number {
  let largest = from;
  for (let i = from + 1; i < values.length; i++) if (values[i]! > values[largest]!) largest = i;
  return largest;
}

function indexOfClean(squares: ArrayLike<number>, from: number): number {
  const last = squares.length - 1;
  const target = squares[last]! + (1 - CLEAN) * (squares[from]! - squares[last]!);
  for (let i = from; i < last; i++) if (squares[i]! <= target) return i;
  return last;
}

/** The phase that an epoch belongs to; a border belongs to the phase that it begins. */
export function phaseOf(phases: Phases, epoch: number): string {
  const inside = Object.entries(phases).find(
    ([, phase]: [string, Phase | null]) =>
      phase && epoch >= phase.from && (phase.to === null || epoch < phase.to),
  );
  return inside?.[0] ?? 'none';
}
