// measures: every measure of the trained network and of every checkpoint.
// Reads dataset/pairs.arrow, train/model.safetensors and train/checkpoints.arrow, with one checkpoint per core in memory. For
// all checkpoints, the key frequencies are those of the trained network (as in Nanda et al. 2023, section 5, and
// TransformerLens' demo): those whose norm in W_logit exceeds a quarter of the largest. It is a stage of its own, so that a
// change in how figures look does not measure again.
import { viewGroup } from '../lib/measures/group-view.ts';
import { findKeyFrequencies } from '../lib/measures/key-frequencies.ts';
import { measureLast } from '../lib/measures/last.ts';
import { findCheckpoints } from '../lib/artifacts/checkpoints.ts';
import { lastOf, measuresSummary, writeMeasures } from '../lib/artifacts/measures.ts';
import { folderOf, openRun } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { forkedAfter } from '../lib/artifacts/train.ts';
import { fastestRunsOn } from '../lib/engines/fastest.ts';
import { defaultThreads } from '../lib/engines/threads.ts';
import { stage } from '../lib/runner/stage.ts';
import { params } from './measures.params.ts';
import { measureAll } from './measures.pool.ts';

/** Each takes some 160 MB at p = 113, so more would not fit in a gigabyte. */
const MOST_PROCESSES = 4;

await stage(params, async ({ identity, needs, out, progress, runsOn }) => {
  const run = await openRun(needs);
  const { config } = run;
  const view = viewGroup(run);
  const key = view.why === null ? findKeyFrequencies(view.renumber(run.weights), view.n) : null;
  const last = measureLast(view, run, key);
  const file = await findCheckpoints(folderOf(needs, 'train'), config);
  const epochs = file?.records.map(({ epoch }) => epoch) ?? [];
  await file?.close();

  if (epochs.length > 0) {
    runsOn(await fastestRunsOn());
    const started = performance.now();
    const measuring = { needs, config, key, engine: identity };
    const processes = Math.min(defaultThreads(), MOST_PROCESSES);
    const rows = await measureAll(measuring, epochs.length, processes, (done) =>
      progress(done, epochs.length, `checkpoint ${done} of ${epochs.length}`),
    );
    console.log(`${epochs.length} checkpoints in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    const forked_after = await forkedAfter(folderOf(needs, 'train'));
    await writeMeasures(out, epochs, rows, config, key, forked_after);
  }
  await writeSummary(out, measuresSummary, {
    p: run.task.p,
    operation: run.task.operation,
    not_measured: view.why,
    checkpoints: epochs.length,
    key_frequencies: key,
    ...lastOf(last),
  });
});
