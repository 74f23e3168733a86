// The training loop: full-batch AdamW steps, in bursts that end where something has to be recorded.
// It knows neither how a step is computed (an engine does that) nor Arrow (the stage does that).
import { Failure } from '../files/failure.ts';
import type { AdamW, Engine, TrainingState } from '../engines/engine.ts';
import type { Pairs } from '../network/pairs.ts';
import type { HistoryRecord } from './history.ts';
import type { Journal } from './journal.ts';
import { isStateDue } from './kept-state.ts';

/** What the loop needs of an engine. */
export type Trainee = Pick<Engine, 'readState' | 'train' | 'evaluate'>;

export interface Schedule {
  readonly epochs: number;
  readonly log_every: number;
  readonly checkpoint_every: number;
  /** 0 keeps no states. */
  readonly state_every: number;
  /** Ends the run at the first logged epoch whose test loss is below this. */
  readonly stop_below_test_loss: number | null;
}

/** Up to epoch EARLY, while the network changes fast, a checkpoint is also due every EARLY_EVERY epochs. */
const [EARLY, EARLY_EVERY] = [300, 25];

/** Whether a checkpoint is due after the step of an epoch. After the last one it always is. */
const isCheckpointDue = (epoch: number, { checkpoint_every, epochs }: Schedule): boolean =>
  epoch % checkpoint_every === 0 ||
  epoch === epochs - 1 ||
  (isEarly(epoch, checkpoint_every) && epoch % EARLY_EVERY === 0);

const isEarly = (epoch: number, checkpoint_every: number): boolean =>
  epoch <= EARLY && checkpoint_every > EARLY_EVERY;

/** The first epoch from `epoch` on after whose step something is due. */
function nextStop(epoch: number, { epochs, log_every, checkpoint_every, state_every }: Schedule): number {
  const next = (every: number): number => Math.ceil(epoch / every) * every;
  const state = state_every === 0 ? Infinity : next(state_every);
  const early = isEarly(next(EARLY_EVERY), checkpoint_every) ? next(EARLY_EVERY) : Infinity;
  return Math.min(next(log_every), next(checkpoint_every), early, state, epochs - 1);
}

const MAX_BURST = 1000; // steps; so that a divergence is noticed soon and the results of a burst stay small

/**
 * Trains from the engine's step to the end of the schedule. Writes history and checkpoints to `journal` and hands states that
 * are due to `keepState`. The epoch of every checkpoint is in the history too. Throws Failure when the loss stops being
 * finite; the last good checkpoint stays in the journal.
 */
export async function trainLoop(
  engine: Trainee,
  sets: { readonly train: Pairs; readonly test: Pairs },
  adamw: AdamW,
  schedule: Schedule,
  journal: Journal,
  onRecord: (record: HistoryRecord) => void,
  keepState: (epoch: number, state: TrainingState) => Promise<void> = async () => {},
): Promise<void> {
  let epoch = engine.readState().step;
  if (hasReached(journal.history.at(-1), schedule)) return;
  while (epoch < schedule.epochs) {
    const stop = nextStop(epoch, schedule);
    const steps = Math.min(stop - epoch + 1, MAX_BURST);
    const { loss, accuracy } = await engine.train(sets.train, adamw, steps);
    loss.forEach((value, i) => refuseDivergence(value, epoch + i, 'train', journal));
    epoch += steps;
    if (epoch <= stop) continue;
    const test = await engine.evaluate(sets.test);
    refuseDivergence(test.loss, stop, 'test', journal);
    const record: HistoryRecord = {
      epoch: stop,
      train_loss: loss.at(-1)!,
      test_loss: test.loss,
      train_accuracy: accuracy.at(-1)!,
      test_accuracy: test.accuracy,
    };
    await journal.log(record);
    const isLast = hasReached(record, schedule);
    if (isCheckpointDue(stop, schedule) || isLast) await journal.checkpoint(stop, engine.readState());
    if (isStateDue(stop, schedule.state_every)) await keepState(stop, engine.readState());
    onRecord(record);
    if (isLast) return;
  }
}

function hasReached(record: HistoryRecord | undefined, { stop_below_test_loss }: Schedule): boolean {
  return record !== undefined && stop_below_test_loss !== null && record.test_loss < stop_below_test_loss;
}

function refuseDivergence(loss: number, epoch: number, set: string, { checkpointEpochs }: Journal): void {
  if (Number.isFinite(loss)) return;
  const kept = checkpointEpochs.at(-1);
  throw new Failure(
    `training diverged: ${set} loss is ${loss} at epoch ${epoch}`,
    `lower train.learning_rate or train.weight_decay; ${kept === undefined ? 'there was no checkpoint yet' : `the checkpoint of epoch ${kept} is kept`}`,
  );
}
