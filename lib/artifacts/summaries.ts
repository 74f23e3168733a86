// The summaries of all stages of the project, by the stage's name, for whatever reads several of them.
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

/** The summaries of a run; those of stages that did not run are absent. */
export type Summaries = { readonly [Stage in StageName]?: Read<(typeof SUMMARIES)[Stage]> };

/** Reads the summaries in the folders of stages. One that cannot be read is left out, and `say` is told why. */
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

/** Fields that are shown wherever runs are compared. */
const COMPARED: { readonly [stage: string]: readonly string[] } = {
  train: trainCompared,
  fourier: fourierCompared,
};

/** The declaration of the summary that a stage's script writes; null if the script is not one of this project. */
export function declarationOf(script: string): { summary: Field; compared: readonly string[] } | null {
  const [, name = ''] = /^stages\/(.+)\.ts$/.exec(script) ?? [];
  return isOurs(name) ? { summary: SUMMARIES[name], compared: COMPARED[name] ?? [] } : null;
}
