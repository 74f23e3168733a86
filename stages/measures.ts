// measures: every measure of every checkpoint.
// Reads dataset/pairs.arrow, train/model.safetensors and train/checkpoints.arrow, one checkpoint a core in memory. Key
// frequencies are those of the last checkpoint, as in the studies (Nanda et al. 2023, section 5; TransformerLens' demo):
// W_logit's above a quarter of the largest norm. A stage of its own, so that a new look of figures measures nothing
// again.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { answerLine, whyNotMeasured } from '../lib/analysis/answer-line.ts';
import { frequenciesAbove, largerNorms } from '../lib/analysis/key-frequencies.ts';
import { measuresSummary } from '../lib/artifacts/measures.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { writeArrow } from '../lib/files/arrow.ts';
import { Failure } from '../lib/files/failure.ts';
import { engineRunsOn } from '../lib/engines/registry.ts';
import { defaultThreads } from '../lib/engines/threads.ts';
import { logitMap, logitMapInBasis } from '../lib/network/composites.ts';
import { readModel } from '../lib/network/model-file.ts';
import { fourierNorms, makeFourierBasis } from '../lib/numerics/fourier-basis.ts';
import { measuresTable } from '../lib/progress/columns.ts';
import { measureAll } from '../lib/progress/pool.ts';
import { stage } from '../lib/runner/stage.ts';
import { readPairs } from '../lib/task/dataset.ts';
import { openCheckpoints } from '../lib/training/checkpoints.ts';
import { params } from './measures.params.ts';

/** Each takes some 200 MB at p = 113: more of them would not fit in a gigabyte. */
const MOST_PROCESSES = 4;

await stage(params, async ({ identity, needs, out, progress, runsOn, say }) => {
  const pairs = join(needs['dataset']!, 'pairs.arrow');
  const checkpoints = join(needs['train']!, 'checkpoints.arrow');
  const { config } = await readModel(join(needs['train']!, 'model.safetensors'));
  const { p } = config;
  const { operation, p: p_of_dataset } = (await readPairs(pairs)).task;
  if (p !== p_of_dataset)
    throw new Failure(
      `the model has p = ${p}, the dataset p = ${p_of_dataset}`,
      'set dataset.p to that of the model in pipeline.yaml',
    );
  if (!existsSync(checkpoints)) {
    const not_measured = 'the network has no checkpoints: it was not trained here';
    say(not_measured);
    return writeSummary(out, measuresSummary, {
      p,
      operation,
      not_measured,
      checkpoints: null,
      key_frequencies: null,
    });
  }
  const file = await openCheckpoints(checkpoints, config);
  const epochs = file.records.map(({ epoch }) => epoch);
  const last = await file.read(epochs.length - 1);
  await file.close();
  const hasLine = answerLine(operation) !== null;
  const norms = fourierNorms(logitMapInBasis(makeFourierBasis(p), logitMap(last)));
  const key = hasLine ? frequenciesAbove(largerNorms(norms), 1 / 4) : null;

  runsOn(await engineRunsOn('auto'));
  const started = performance.now();
  const measuring = { checkpoints, pairs, config, key, engine: identity };
  const processes = Math.min(defaultThreads(), MOST_PROCESSES);
  const rows = await measureAll(measuring, epochs.length, processes, (done) =>
    progress(done, epochs.length, `checkpoint ${done} of ${epochs.length}`),
  );
  console.log(`${epochs.length} checkpoints in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const { schema, columns } = measuresTable(epochs, rows, config, key);
  await writeArrow(join(out, 'measures.arrow'), schema, columns);
  await writeSummary(out, measuresSummary, {
    p,
    operation,
    not_measured: hasLine ? null : whyNotMeasured(operation),
    checkpoints: epochs.length,
    key_frequencies: key,
  });
});
