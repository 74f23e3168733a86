// The summary of every stage of the project, by the stage's name: for readers of several of them.
import { activationsSummary } from './activations.ts';
import { attentionSummary } from './attention.ts';
import { curvesSummary } from './curves.ts';
import { datasetSummary } from './dataset.ts';
import type { Read } from './fields.ts';
import { fourierSummary } from './fourier.ts';
import { logitsSummary } from './logits.ts';
import { measuresSummary } from './measures.ts';
import { neuronsSummary } from './neurons.ts';
import { progressSummary } from './progress.ts';
import { reportSummary } from './report.ts';
import { svdSummary } from './svd.ts';
import { trainSummary } from './train.ts';

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
