// The summary of every stage of the project, by the stage's name: for readers of several of them.
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

/** What is known of the stages of a run, as far as they are there. */
export type Summaries = { readonly [Stage in keyof typeof SUMMARIES]?: Read<(typeof SUMMARIES)[Stage]> };

/** Fields that stand side by side wherever runs are compared. */
const COMPARED: { readonly [stage: string]: readonly string[] } = {
  train: trainCompared,
  fourier: fourierCompared,
};

/** What is declared of the summary that a stage's script writes; null for a script that is not of this project. */
export function declarationOf(script: string): { summary: Field; compared: readonly string[] } | null {
  const [, name = ''] = /^stages\/(.+)\.ts$/.exec(script) ?? [];
  const summary = Object.hasOwn(SUMMARIES, name) ? SUMMARIES[name as keyof typeof SUMMARIES] : null;
  return summary && { summary, compared: COMPARED[name] ?? [] };
}
