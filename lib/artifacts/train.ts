// train/: the trained network, its history and its checkpoints. A model that was trained elsewhere may have come without
// history or checkpoints, or with a history that has no accuracies; then the summary has fewer fields.
import { join } from 'node:path';
import type { Model } from '../network/biases.ts';
import { readModel, writeModel } from '../network/model-file.ts';
import { count, either, flag, nothing, number, orNull, record, text } from './fields.ts';
import { hasSummary, readSummary } from './summary.ts';

/** Fields about the network at the end. */
const NETWORK = {
  p: count,
  d_model: count,
  n_heads: count,
  d_head: count,
  d_mlp: count,
  parameters: count,
  engine: text,
  /** Arithmetic of the kernel, fused or separate; null for other engines. */
  arithmetic: orNull(text),
  train_pairs: count,
  test_pairs: count,
  checkpoints: count,
  train_loss: number,
  test_loss: number,
  train_accuracy: number,
  test_accuracy: number,
};

/** Fields about a history. */
export const MILESTONES = {
  memorised_epoch: orNull(count),
  grokked_epoch: orNull(count),
  test_loss_below_1_epoch: orNull(count),
  test_loss_below_0_1_epoch: orNull(count),
  test_loss_below_1e_6_epoch: orNull(count),
  max_test_loss: number,
  max_test_loss_epoch: count,
};

/** Fields in place of those about a history. */
export const NO_HISTORY = { history: nothing, why_no_history: text };
/** Fields beside the milestones of a history without accuracies. */
export const NO_ACCURACIES = { accuracy: nothing, why_no_accuracy: text };

/** Fields by which runs are compared: every sweep that trains has them as columns. */
export const trainCompared = [
  'memorised_epoch',
  'grokked_epoch',
  'test_loss_below_0_1_epoch',
  'epochs',
  'train_loss',
  'test_loss',
  'train_accuracy',
  'test_accuracy',
] as const;

const PRETRAINED = {
  ...NETWORK,
  pretrained: flag,
  /** Whether it has biases: b_in, b_out or b_U. */
  biases: flag,
  train_pairs: orNull(count),
  test_pairs: orNull(count),
  all_loss: number,
  all_accuracy: number,
  /** Why it is not known which pairs it was trained on; all fields about either set are then null. */
  why_no_split: orNull(text),
};

export const trainSummary = either(
  record({ ...NETWORK, epochs: count, ...MILESTONES }),
  /** Trained further from a model. */
  record({ ...NETWORK, epochs: count, ...MILESTONES, went_on: flag }),
  /** A fork: up to and with this epoch, history and checkpoints are those of another run. */
  record({ ...NETWORK, epochs: count, ...MILESTONES, forked_after: count }),
  record({ ...PRETRAINED, epochs: count, ...MILESTONES }),
  record({ ...PRETRAINED, epochs: count, ...MILESTONES, ...NO_ACCURACIES }),
  record({ ...PRETRAINED, epochs: nothing, ...NO_HISTORY }),
);

const MODEL = 'model.safetensors';

/** The last epoch that a run took over from another one; undefined if it is no fork. */
export async function forkedAfter(folder: string): Promise<number | undefined> {
  if (!hasSummary(folder)) return undefined;
  const summary = await readSummary(folder, trainSummary);
  return 'forked_after' in summary ? summary.forked_after : undefined;
}

/** Writes `<folder>/model.safetensors`. */
export const writeNetwork = (folder: string, { config, weights, biases }: Model): Promise<void> =>
  writeModel(join(folder, MODEL), config, weights, {}, biases);

/** Reads it. Throws Failure if it is missing, of another architecture, or has weights that are not finite. */
export const readNetwork = (folder: string): Promise<Model> => readModel(join(folder, MODEL));
