// The epochs at which losses and accuracies reached certain values, found in the history of a run.
import { LEARNT } from './thresholds.ts';

/** Losses and accuracies at one logged epoch. */
export interface LossRecord {
  readonly epoch: number;
  readonly test_loss: number;
  readonly train_accuracy: number;
  readonly test_accuracy: number;
}

/** The first logged epoch at which `reached` holds, or null. */
function firstEpoch(history: readonly LossRecord[], reached: (record: LossRecord) => boolean): number | null {
  return history.find(reached)?.epoch ?? null;
}

export interface Milestones {
  /** Train accuracy reached 99 %. */
  readonly memorised_epoch: number | null;
  /** Test accuracy reached 99 %. */
  readonly grokked_epoch: number | null;
  readonly test_loss_below_1_epoch: number | null;
  readonly test_loss_below_0_1_epoch: number | null;
  readonly test_loss_below_1e_6_epoch: number | null;
  readonly max_test_loss: number;
  readonly max_test_loss_epoch: number;
}

/** Epochs are as exact as the history is dense (`log_every`); null for what never happened. */
export function findMilestones(history: readonly LossRecord[]): Milestones {
  const worst = history.reduce((max, record) => (record.test_loss > max.test_loss ? record : max));
  return {
    memorised_epoch: firstEpoch(history, (r) => r.train_accuracy >= LEARNT),
    grokked_epoch: firstEpoch(history, (r) => r.test_accuracy >= LEARNT),
    test_loss_below_1_epoch: firstEpoch(history, (r) => r.test_loss < 1),
    test_loss_below_0_1_epoch: firstEpoch(history, (r) => r.test_loss < 0.1),
    test_loss_below_1e_6_epoch: firstEpoch(history, (r) => r.test_loss < 1e-6),
    max_test_loss: worst.test_loss,
    max_test_loss_epoch: worst.epoch,
  };
}
