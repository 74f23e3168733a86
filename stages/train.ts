// train: from the untrained weights to grokking.
// Reads dataset/pairs.arrow. Writes model.safetensors, history.arrow, checkpoints.arrow, states/ and summary.json.
// Continues from resume_dir if an earlier attempt with the same key was stopped. A model in `start` is taken as it is, and
// history.arrow and checkpoints.arrow are written only if it came with them; with `go_on` it is trained further. A state of
// another run in `start` is trained further, too.
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeCheckpoints } from '../lib/artifacts/checkpoints.ts';
import { readPairs, type Dataset } from '../lib/artifacts/dataset.ts';
import { openFork } from '../lib/artifacts/fork.ts';
import { writeHistory } from '../lib/artifacts/history.ts';
import { readModels, readPretrained, type Pretrained } from '../lib/artifacts/pretrained.ts';
import { folderOf, refuseOther } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { trainSummary, writeNetwork } from '../lib/artifacts/train.ts';
import type { Engine, TrainingState } from '../lib/engines/engine.ts';
import { engineRunsOn, openEngine } from '../lib/engines/registry.ts';
import { Failure } from '../lib/files/failure.ts';
import { viewGroup } from '../lib/measures/group-view.ts';
import { findMilestones } from '../lib/measures/milestones.ts';
import { carryBiases } from '../lib/network/biases.ts';
import { flattenWeights, parameterCount, viewWeights, type Weights } from '../lib/network/config.ts';
import type { Score } from '../lib/network/loss.ts';
import type { Pairs } from '../lib/network/pairs.ts';
import { stage, type Job } from '../lib/runner/stage.ts';
import { hasAccuracies, NO_ACCURACY, type HistoryRecord } from '../lib/training/history.ts';
import { applyEdits, editStart } from '../lib/training/edit.ts';
import { freeze } from '../lib/training/freeze.ts';
import { Journal } from '../lib/training/journal.ts';
import { isStateDue, stateEvery } from '../lib/training/kept-state.ts';
import { KeptStates } from '../lib/training/kept-states.ts';
import { showLive } from '../lib/training/live.ts';
import { trainLoop } from '../lib/training/loop.ts';
import { parseStart } from '../lib/training/start-source.ts';
import { begin, refuseOtherRun, startFromModel, startFromSeed, type Start } from '../lib/training/start.ts';
import { params, type TrainParams } from './train.params.ts';

/** Relative difference up to which a model's train loss counts as the one that it ended with, so that the split is its own. */
const SAME_SPLIT = 0.01;

await stage(params, async (job) => {
  const dataset = await readPairs(folderOf(job.needs, 'dataset'));
  const { start, pretrained, go_on } = job.params;
  if (pretrained !== null) job.say('train.pretrained is called train.start now');
  const source = parseStart(pretrained ?? start);
  const { task } = dataset;
  if (source.kind === 'seed') return trainModel(job, dataset, startFromSeed(job.params, task));
  if (source.kind === 'state') return fork(job, dataset, source.folder, source.epoch);
  const model = await readPretrained(source.path, source.run);
  refuseOther(model.config, task);
  for (const note of model.notes) job.say(`${basename(source.path)}: ${note}`);
  if (!go_on) return takeModel(job, dataset, model);
  if (model.biases)
    throw new Failure(
      `train.go_on: ${basename(source.path)} has biases, and training here has none`,
      'leave go_on out to take the model as it is',
    );
  job.say('training goes on from that model: its moments are zero, epochs count from 0');
  return trainModel(job, dataset, startFromModel(model.config, model.weights, task.operation));
});

async function fork(job: Job<TrainParams>, dataset: Dataset, folder: string, epoch: number): Promise<void> {
  const start = await openFork(folder, epoch);
  refuseOtherRun(start.origin, job.params, dataset.task);
  if (job.params.epochs <= epoch)
    throw new Failure(
      `train.epochs is ${job.params.epochs}, but the run that is continued has done ${epoch + 1}`,
      `set it to more, for example with --set train.epochs=${2 * (epoch + 1)}`,
    );
  job.say(`goes on from epoch ${epoch + 1} of another run, with its moments`);
  await trainModel(job, dataset, start);
}

async function trainModel(job: Job<TrainParams>, dataset: Dataset, from: Start): Promise<void> {
  const { task, train, test, why_no_split } = dataset;
  if (why_no_split !== null) throw new Failure(why_no_split, 'set dataset.seed to a number to train');
  const { params, identity, out, progress, runsOn, show } = job;
  const start = editStart(from, viewGroup(dataset), params.edit, await readModels(params.edit));
  const { config } = start.origin;
  const engine = await openEngine(params.engine, config, identity);
  runsOn(await engineRunsOn(params.engine));

  const schedule = { ...params, state_every: stateEvery(params) };
  /** Epochs up to this one after which a state is due. */
  const dueUpTo = (last: number): number[] => {
    const first = (start.parent?.epoch ?? -1) + 1;
    const epochs = Array.from({ length: last + 1 - first }, (_, i) => first + i);
    return epochs.filter((epoch) => isStateDue(epoch, schedule.state_every));
  };
  const { journal, states, state } = await openJournal(job, start, dueUpTo);
  if (state) {
    engine.writeState(state);
    console.log(`going on from epoch ${state.step} of an earlier attempt`);
  } else await begin(start, engine, journal);

  const began_at = engine.readState().step;
  progress(began_at, params.epochs);
  const live = showLive(
    { config, task, total: params.epochs, began_at },
    journal.history,
    () => viewWeights(config, engine.readState().weights).W_E.data,
    show,
  );
  const tell = (record: HistoryRecord): void => {
    const note = `train ${record.train_loss.toExponential(2)}, test ${record.test_loss.toExponential(2)}`;
    progress(record.epoch + 1, params.epochs, note);
    live(record.epoch + 1);
    if (record.epoch % 1000 === 0)
      console.log(`epoch ${record.epoch}: ${note}, test accuracy ${record.test_accuracy.toFixed(4)}`);
  };
  const trainee = freeze(engine, config, params.freeze);
  await trainLoop(trainee, { train, test }, params, schedule, journal, tell, (epoch, now) =>
    states.keep(epoch, now),
  );

  const end = engine.readState();
  const trained = viewWeights(config, end.weights);
  engine.close();
  const history = journal.history;
  const last = history.at(-1)!;
  if (schedule.state_every > 0 && last.epoch !== start.parent?.epoch) {
    await states.keep(last.epoch, end);
    await states.publish([...new Set([...dueUpTo(last.epoch), last.epoch])], out);
  }
  await writeNetwork(out, { config, weights: trained, biases: null });
  const byEpoch = new Map(history.map((record) => [record.epoch, record]));
  const checkpoints = journal.checkpointEpochs.map((epoch) => byEpoch.get(epoch)!);
  await writeCheckpoints(out, config, checkpoints, async (index) =>
    viewWeights(config, await journal.readCheckpoint(index)),
  );
  await writeHistory(out, history, start.parent?.epoch);
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
    ...(start.parent
      ? { forked_after: start.parent.epoch }
      : start.origin.seed === null && { went_on: true }),
  });
  await journal.close();
}

interface Opened {
  readonly journal: Journal;
  readonly states: KeptStates;
  /** Where an earlier attempt got to. */
  readonly state: TrainingState | null;
}

/** What an earlier attempt left, if all of it is whole; else an empty journal. */
async function openJournal(
  { resume_dir, say }: Job<TrainParams>,
  { origin }: Start,
  dueUpTo: (epoch: number) => readonly number[],
): Promise<Opened> {
  const parameters = parameterCount(origin.config);
  const { journal, state, damage } = await Journal.open(resume_dir, parameters);
  for (const line of damage) say(`what an earlier attempt kept is damaged: ${line}`);
  const states = new KeptStates(resume_dir, origin, journal);
  if (state) {
    const due = dueUpTo(state.step - 1);
    // The last may not have been written when the attempt was killed.
    if (due.at(-1) === state.step - 1) await states.keep(state.step - 1, state);
    const problem = await states.findDamage(due);
    if (problem === null) return { journal, states, state };
    say(`what an earlier attempt kept is damaged: ${problem}`);
    await journal.close();
    for (const name of await readdir(resume_dir)) await rm(join(resume_dir, name), { recursive: true });
    say('training starts from the beginning');
    const { journal: empty } = await Journal.open(resume_dir, parameters);
    return { journal: empty, states: new KeptStates(resume_dir, origin, empty), state: null };
  }
  if (damage.length > 0) say('training starts from the beginning');
  return { journal, states, state: null };
}

/** Why it is not known which pairs a model was trained on; null if it was trained on the dataset's. `last`: its last train loss. */
async function whyNoSplit(
  engine: Pick<Engine, 'evaluate'>,
  { why_no_split, train }: Dataset,
  last: number | null,
): Promise<string | null> {
  if (why_no_split !== null || last === null) return why_no_split;
  const { loss } = await engine.evaluate(train);
  if (Math.abs(loss - last) <= SAME_SPLIT * last) return null;
  return `it ended with a train loss of ${last.toExponential(2)} and has ${loss.toExponential(2)} on the train pairs of dataset.seed and dataset.train_fraction, so these are not the pairs it was trained on`;
}

async function takeModel(
  { params, identity, out, runsOn, say }: Job<TrainParams>,
  dataset: Dataset,
  model: Pretrained,
): Promise<void> {
  const { config, biases, ...rest } = model;
  const weights = applyEdits(model, viewGroup(dataset), params.edit, await readModels(params.edit));
  // History and checkpoints are those of the network before the edits.
  const { history, checkpoints, copyRest } =
    params.edit.length === 0 ? rest : { history: null, checkpoints: 0, copyRest: async () => {} };
  const carrying = carryBiases({ config, weights, biases });
  const engine = await openEngine(params.engine, carrying.config, identity);
  runsOn(await engineRunsOn(params.engine));
  const write = (of: Weights): void => engine.writeState({ weights: flattenWeights(carrying.config, of) });
  write(carryBiases(model).weights);
  const why_no_split = await whyNoSplit(engine, dataset, rest.history?.at(-1)?.train_loss ?? null);
  write(carrying.weights);
  const scores = async (pairs: Pairs): Promise<Score> =>
    why_no_split === null ? engine.evaluate(pairs) : { loss: NaN, accuracy: NaN };
  const on_all = await engine.evaluate(dataset.grid);
  const [on_train, on_test] = [await scores(dataset.train), await scores(dataset.test)];
  engine.close();
  const told = ({ loss }: Score): string => loss.toExponential(2);
  say(
    why_no_split === null
      ? `taken as it is: loss ${told(on_train)} on the train set, ${told(on_test)} on the test set`
      : `taken as it is: loss ${told(on_all)} on all pairs; ${why_no_split}`,
  );

  await writeNetwork(out, { config, weights, biases });
  await copyRest(out);
  const network = {
    ...config,
    parameters: parameterCount(config),
    engine: identity['engine']!,
    arithmetic: identity['arithmetic'] ?? null,
    pretrained: true,
    biases: biases !== null,
    train_pairs: why_no_split === null ? dataset.train.label.length : null,
    test_pairs: why_no_split === null ? dataset.test.label.length : null,
  };
  const at_end = {
    checkpoints,
    // All losses are of the model as it is, unlike those of a run, whose train loss is that before its last step.
    train_loss: on_train.loss,
    test_loss: on_test.loss,
    train_accuracy: on_train.accuracy,
    test_accuracy: on_test.accuracy,
    all_loss: on_all.loss,
    all_accuracy: on_all.accuracy,
    why_no_split,
  };
  if (!history) {
    const why_no_history =
      params.edit.length > 0 ? 'its model was edited' : 'the model came without a history';
    const nothing = { history: null, why_no_history };
    return writeSummary(out, trainSummary, { ...network, epochs: null, ...at_end, ...nothing });
  }
  const epochs = history.at(-1)!.epoch + 1;
  const known = { ...network, epochs, ...at_end, ...findMilestones(history) };
  await writeSummary(out, trainSummary, hasAccuracies(history) ? known : { ...known, ...NO_ACCURACY });
}
