// The summary of every stage of the project, by the stage's name: for readers of several of them.
import { Failure } from '../files/failure.ts';
import { activationsSummary } from './activations.ts';
import { attentionSummary } from './attention.ts';
import { curvesSummary } from './curves.ts';
import { datasetSummary } from './dataset.ts';
import type { Field, Read } from './fields.ts';
import { fourierCompared, fourierSummary } from './fourier.ts';
import { logitsSummary } from './logits.ts';
import { measuresSummary } from './measures.ts';
import { neuronsSummary } from './neurons.ts';
import { progressSummary } from './progress.ts';
import { reportSummary } from './report.ts';
import type { Needs } from './run.ts';
import { hasSummary, readSummary } from './summary.ts';
import { svdSummary } from './svd.ts';
import { trainCompared, trainSummary } from './train.ts';

export const SUMMARIES = {
  dataset: datasetSummary,
  train: trainSummary,
  curves: curvesSummary,
  activations: activationsSummary,
  attention: attentionSummary,
  svd: svdSummary,
  fourier: fourierSummary,
  neurons: neuronsSummary,
  logits: logitsSummary,
  measures: measuresSummary,
  progress: progressSummary,
  report: reportSummary,
};

type StageName = keyof typeof SUMMARIES;

/** What is known of the stages of a run, as far as they are there. */
export type Summaries = { readonly [Stage in StageName]?: Read<(typeof SUMMARIES)[Stage]> };

/** The summaries that there are in folders of stages, in their order; one of no use is told to `say` and left out. */
export async function readSummaries(needs: Needs, say: (flaw: string) => void): Promise<Summaries> {
  const found: [StageName, object][] = [];
  for (const [stage, folder] of Object.entries(needs)) {
    if (!isOurs(stage) || !hasSummary(folder)) continue;
    try {
      found.push([stage, await readSummary(folder, SUMMARIES[stage])]);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      say(error.message);
    }
  }
  return Object.fromEntries(found) as Summaries;
}

const isOurs = (stage: string): stage is StageName => Object.hasOwn(SUMMARIES, stage);

/** Fields that stand side by side wherever runs are compared. */
const COMPARED: { readonly [stage: string]: readonly string[] } = {
  train: trainCompared,
  fourier: fourierCompared,
};

/** What is declared of the summary that a stage's script writes; null for a script that is not of this project. */
export function declarationOf(script: string): { summary: Field; compared: readonly string[] } | null {
  const [, name = ''] = /^stages\/(.+)\.ts$/.exec(script) ?? [];
  return isOurs(name) ? { summary: SUMMARIES[name], compared: COMPARED[name] ?? [] } : null;
}
