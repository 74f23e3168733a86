// train: from the untrained weights to grokking.
// Reads dataset/pairs.arrow. Writes model.safetensors, history.arrow, checkpoints.arrow and summary.json.
// Goes on from resume_dir when an earlier attempt with the same key was stopped. Where `start` names a model, it is taken as
// it is, and history.arrow and checkpoints.arrow are there only if they came with it; with `go_on` it is trained.
import { basename } from 'node:path';
import { writeCheckpoints } from '../lib/artifacts/checkpoints.ts';
import { readPairs, type Dataset } from '../lib/artifacts/dataset.ts';
import { writeHistory } from '../lib/artifacts/history.ts';
import { readPretrained, type Pretrained } from '../lib/artifacts/pretrained.ts';
import { folderOf, refuseOther } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { trainSummary, writeNetwork } from '../lib/artifacts/train.ts';
import {
  flattenWeights,
  parameterCount,
  viewWeights,
  type ModelConfig,
  type Weights,
} from '../lib/network/config.ts';
import { initialWeights } from '../lib/network/initial.ts';
import { stage, type Job } from '../lib/runner/stage.ts';
import { engineRunsOn, openEngine } from '../lib/engines/registry.ts';
import { findMilestones } from '../lib/measures/milestones.ts';
import { hasAccuracies, NO_ACCURACY } from '../lib/training/history.ts';
import { Journal } from '../lib/training/journal.ts';
import { trainLoop } from '../lib/training/loop.ts';
import { parseStart } from '../lib/training/start-source.ts';
import { params, type TrainParams } from './train.params.ts';

/** By how much the train loss of a model may differ from that it ended with, on the same split. */
const SAME_SPLIT = 0.01;

await stage(params, async (job) => {
  const dataset = await readPairs(folderOf(job.needs, 'dataset'));
  const { start, pretrained, go_on } = job.params;
  if (pretrained !== null) job.say('train.pretrained is called train.start now');
  const source = parseStart(pretrained ?? start);
  if (source.kind === 'seed') return trainModel(job, dataset, drawn(job.params, dataset));
  const model = await readPretrained(source.path, source.run);
  refuseOther(model.config, dataset.task);
  for (const note of model.notes) job.say(`${basename(source.path)}: ${note}`);
  if (!go_on) return takeModel(job, dataset, model);
  job.say('training goes on from that model: its moments are zero, epochs count from 0');
  const { config, weights } = model;
  return trainModel(job, dataset, { config, weights, went_on: true });
});

/** What training begins with. */
interface Start {
  readonly config: ModelConfig;
  readonly weights: Weights;
  /** From a model that was trained before. */
  readonly went_on: boolean;
}

function drawn({ d_model, n_heads, d_head, d_mlp, seed }: TrainParams, { task }: Dataset): Start {
  const config: ModelConfig = { p: task.p, d_model, n_heads, d_head, d_mlp };
  return { config, weights: initialWeights(config, seed), went_on: false };
}

async function trainModel(
  { params, identity, out, resume_dir, progress, runsOn, say }: Job<TrainParams>,
  { train, test }: Dataset,
  { config, weights: first, went_on }: Start,
): Promise<void> {
  const engine = await openEngine(params.engine, config, identity);
  runsOn(await engineRunsOn(params.engine));

  const { journal, state, damage } = await Journal.open(resume_dir, parameterCount(config));
  for (const line of damage) say(`what an earlier attempt kept is damaged: ${line}`);
  if (damage.length > 0 && !state) say('training starts from the beginning');
  if (state) {
    engine.writeState(state);
    console.log(`going on from epoch ${state.step} of an earlier attempt`);
  } else {
    engine.writeState({ weights: flattenWeights(config, first) });
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
  await writeNetwork(out, config, weights);
  const byEpoch = new Map(history.map((record) => [record.epoch, record]));
  const checkpoints = journal.checkpointEpochs.map((epoch) => byEpoch.get(epoch)!);
  await writeCheckpoints(out, config, checkpoints, async (index) =>
    viewWeights(config, await journal.readCheckpoint(index)),
  );
  await writeHistory(out, history);
  await writeSummary(out, trainSummary, {
    ...config,
    parameters: parameterCount(config),
    engine: identity['engine']!,
    arithmetic: identity['arithmetic'] ?? null,
    train_pairs: train.label.length,
    test_pairs: test.label.length,
    epochs: last.epoch + 1,
    checkpoints: checkpoints.length,
    train_loss: last.train_loss,
    test_loss: last.test_loss,
    train_accuracy: last.train_accuracy,
    test_accuracy: last.test_accuracy,
    ...findMilestones(history),
    ...(went_on && { went_on }),
  });
  await journal.close();
}

async function takeModel(
  { params, identity, out, runsOn, say }: Job<TrainParams>,
  { train, test }: Dataset,
  { config, weights, history, checkpoints, copyRest }: Pretrained,
): Promise<void> {
  const engine = await openEngine(params.engine, config, identity);
  runsOn(await engineRunsOn(params.engine));
  engine.writeState({ weights: flattenWeights(config, weights) });
  const [on_train, on_test] = [await engine.evaluate(train), await engine.evaluate(test)];
  engine.close();
  say(
    `taken as it is: loss ${on_train.loss.toExponential(2)} on the train set, ${on_test.loss.toExponential(2)} on the test set`,
  );
  const last = history?.at(-1)?.train_loss;
  if (last !== undefined && Math.abs(on_train.loss - last) > SAME_SPLIT * last)
    say(
      `its last train loss was ${last.toExponential(2)}: this is another split than it was trained on; give its dataset.seed and dataset.train_fraction`,
    );

  await writeNetwork(out, config, weights);
  await copyRest(out);
  const network = {
    ...config,
    parameters: parameterCount(config),
    engine: identity['engine']!,
    arithmetic: identity['arithmetic'] ?? null,
    pretrained: true,
    train_pairs: train.label.length,
    test_pairs: test.label.length,
  };
  const at_end = {
    checkpoints,
    // Both of the model as it is; a run's own train loss is that before its last step.
    train_loss: on_train.loss,
    test_loss: on_test.loss,
    train_accuracy: on_train.accuracy,
    test_accuracy: on_test.accuracy,
  };
  if (!history) {
    const why_no_history = 'the model came without a history';
    const nothing = { history: null, why_no_history };
    return writeSummary(out, trainSummary, { ...network, epochs: null, ...at_end, ...nothing });
  }
  const epochs = history.at(-1)!.epoch + 1;
  const known = { ...network, epochs, ...at_end, ...findMilestones(history) };
  await writeSummary(out, trainSummary, hasAccuracies(history) ? known : { ...known, ...NO_ACCURACY });
}
