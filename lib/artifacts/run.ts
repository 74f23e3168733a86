// The run that a stage analyses: the network that `train` wrote, and the pairs that it was trained on. `train` decides whether
// these are known; if not, `why_no_split` says why.
import { Failure } from '../files/failure.ts';
import { carryBiases, type Model } from '../network/biases.ts';
import type { ModelConfig } from '../network/config.ts';
import { readPairs, withoutSplit, type Dataset, type Task } from './dataset.ts';
import { hasSummary, readSummary } from './summary.ts';
import { readNetwork, trainSummary } from './train.ts';

/** Folders of other stages, by name. */
export type Needs = Readonly<Record<string, string>>;

export interface Run extends Dataset, Model {
  /** The network to run in its place: weights that carry its biases (lib/network/biases.ts), or its own if it has none. */
  readonly carrying: Pick<Model, 'config' | 'weights'>;
}

/** Reads a run. Throws Failure if network and pairs do not belong together, or if a weight is not finite. */
export async function openRun(needs: Needs): Promise<Run> {
  const network = await openNetwork(needs);
  const dataset = await openPairs(needs);
  refuseOther(network.config, dataset.task);
  return { ...network, carrying: carryBiases(network), ...dataset };
}

/** Reads only the pairs of a run. */
export async function openPairs(needs: Needs): Promise<Dataset> {
  const dataset = await readPairs(folderOf(needs, 'dataset'));
  const train = folderOf(needs, 'train');
  const why = hasSummary(train) ? await whyNoSplit(train, dataset) : dataset.why_no_split;
  return why === null ? dataset : withoutSplit(dataset, why);
}

/** As `train` says. If its summary cannot be read, the split counts as not known, so that the page can show the rest. */
async function whyNoSplit(train: string, dataset: Dataset): Promise<string | null> {
  try {
    const summary = await readSummary(train, trainSummary);
    return 'why_no_split' in summary ? summary.why_no_split : dataset.why_no_split;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

/** Reads only the network of a run. */
export const openNetwork = (needs: Needs): Promise<Model> => readNetwork(folderOf(needs, 'train'));

/** Throws Failure unless the network is one for this task. */
export function refuseOther({ p }: ModelConfig, task: Task): void {
  if (p === task.p) return;
  throw new Failure(
    `the model has p = ${p}, the dataset p = ${task.p}`,
    `set dataset.p to ${p}, as with --set dataset.p=${p}`,
  );
}

/** The folder of a needed stage. Throws Failure if it is not among the stage's needs in pipeline.yaml. */
export function folderOf(needs: Needs, stage: string): string {
  const folder = needs[stage];
  if (folder !== undefined) return folder;
  throw new Failure(
    `${stage} is not among the needs of this stage`,
    `add ${stage} to its needs in pipeline.yaml`,
  );
}
