// Measures checkpoints one after the other, with one of them in memory: weights, and what an engine computes of them on
// one thread.
import { answerLine } from '../analysis/answer-line.ts';
import type { Activations, Identity } from '../engines/engine.ts';
import { openEngine } from '../engines/registry.ts';
import { flattenWeights, type ModelConfig } from '../network/config.ts';
import { makeFourierBasis } from '../numerics/fourier-basis.ts';
import { readPairs } from '../task/dataset.ts';
import { openCheckpoints } from '../training/checkpoints.ts';
import { measureAnswers, measureLosses } from './answer-measures.ts';
import type { Measures } from './columns.ts';
import { measureWeights } from './weight-measures.ts';

export interface Measuring {
  readonly checkpoints: string;
  readonly pairs: string;
  readonly config: ModelConfig;
  /** Key frequencies of the last checkpoint, applied to all; null where the operation has none. */
  readonly key: readonly number[] | null;
  /** What the key of the stage says that the engine is. */
  readonly engine: Identity;
}

/** Measures checkpoint number `index`; await each call before the next. File and kernel stay open as long as the process. */
export type Measure = (index: number) => Promise<Measures>;

export async function openMeasurer({ checkpoints, pairs, config, key, engine }: Measuring): Promise<Measure> {
  const { task, grid: all, train, test } = await readPairs(pairs);
  const sets = { all, train, test };
  const line = answerLine(task.operation);
  const basis = makeFourierBasis(config.p);
  const file = await openCheckpoints(checkpoints, config);
  const model = await openEngine('auto', config, engine, 1);
  let activations: Activations = {};
  return async (index) => {
    const weights = await file.read(index);
    model.writeState({ weights: flattenWeights(config, weights) });
    const want = { ...(key && { neurons: 'pre' as const }), logits: true };
    activations = await model.forward(all, want, activations);
    const { neurons, logits } = activations;
    const rows = config.p ** 2;
    const ofLogits = { rows, columns: config.p, data: logits! };
    const answers =
      key && line
        ? measureAnswers(
            weights,
            { pre: { rows, columns: config.d_mlp, data: neurons! }, logits: ofLogits },
            sets,
            key,
            line,
          )
        : measureLosses(sets, ofLogits);
    const ofWeights = measureWeights(config, weights, basis, key);
    return {
      scalars: { ...answers.scalars, ...ofWeights.scalars },
      lists: { ...answers.lists, ...ofWeights.lists },
    };
  };
}
