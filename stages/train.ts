// train: from the untrained weights to grokking.
// Reads dataset/pairs.arrow. Writes model.safetensors, history.arrow, checkpoints.arrow and summary.json.
// Goes on from resume_dir when an earlier attempt with the same key was stopped.
import { join } from 'node:path';
import { writeSummary } from '../lib/files/summary.ts';
import { flattenWeights, parameterCount, viewWeights, type ModelConfig } from '../lib/model/config.ts';
import { initialWeights } from '../lib/model/initial.ts';
import { writeModel } from '../lib/model/model-file.ts';
import { stage } from '../lib/runner/stage.ts';
import { readPairs } from '../lib/task/pairs.ts';
import { writeCheckpoints } from '../lib/training/checkpoints.ts';
import { openEngine } from '../lib/training/engine.ts';
import { writeHistory } from '../lib/training/history-file.ts';
import { findMilestones } from '../lib/training/history.ts';
import { Journal } from '../lib/training/journal.ts';
import { trainLoop } from '../lib/training/loop.ts';
import { params } from './train.params.ts';

await stage(params, async ({ params, needs, out, resume_dir, progress }) => {
  const { task, train, test } = await readPairs(join(needs['dataset']!, 'pairs.arrow'));
  const { d_model, n_heads, d_head, d_mlp } = params;
  const config: ModelConfig = { p: task.p, d_model, n_heads, d_head, d_mlp };
  const engine = await openEngine(params.engine, config);
  console.log(
    `engine: ${Object.entries(engine.identity)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`,
  );

  const { journal, state } = await Journal.open(resume_dir, parameterCount(config));
  if (state) {
    engine.writeState(state);
    console.log(`going on from epoch ${state.step} of an earlier attempt`);
  } else {
    engine.writeState({ weights: flattenWeights(config, initialWeights(config, params.seed)) });
  }

  progress(state?.step ?? 0, params.epochs);
  await trainLoop(engine, { train, test }, params, params, journal, (record) => {
    const note = `train ${record.train_loss.toExponential(2)}, test ${record.test_loss.toExponential(2)}`;
    progress(record.epoch + 1, params.epochs, note);
    if (record.epoch % 1000 === 0)
      console.log(`epoch ${record.epoch}: ${note}, test accuracy ${record.test_accuracy.toFixed(4)}`);
  });

  const weights = viewWeights(config, engine.readState().weights);
  engine.close();
  const history = journal.history;
  const last = history.at(-1)!;
  await writeModel(join(out, 'model.safetensors'), config, weights);
  await writeCheckpoints(join(out, 'checkpoints.arrow'), config, journal);
  await writeHistory(join(out, 'history.arrow'), history);
  await writeSummary(out, {
    ...config,
    parameters: parameterCount(config),
    train_pairs: train.label.length,
    test_pairs: test.label.length,
    epochs: last.epoch + 1,
    checkpoints: journal.checkpointEpochs.length,
    train_loss: last.train_loss,
    test_loss: last.test_loss,
    train_accuracy: last.train_accuracy,
    test_accuracy: last.test_accuracy,
    ...findMilestones(history),
  });
  await journal.close();
});
