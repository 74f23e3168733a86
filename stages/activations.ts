// activations: the hooks of the network, and its logits, on every pair of the grid, by the readable forward pass.
// Writes <hook>.arrow for each that is chosen, and summary.json with loss and accuracy over the grid.
import { join } from 'node:path';
import { Failure } from '../lib/files/failure.ts';
import { writeSummary } from '../lib/files/summary.ts';
import { writeActivations } from '../lib/model/activation-files.ts';
import { keptActivation } from '../lib/model/activation-format.ts';
import { openBackend } from '../lib/model/backend.ts';
import { N_CTX } from '../lib/model/config.ts';
import { Scorer } from '../lib/model/loss.ts';
import { readModel } from '../lib/model/model-file.ts';
import { stage } from '../lib/runner/stage.ts';
import { readPairs } from '../lib/task/pairs.ts';
import { params } from './activations.params.ts';

await stage(params, async ({ params, needs, out, progress, say }) => {
  const { config, weights } = await readModel(join(needs.train!, 'model.safetensors'));
  const { task, grid } = await readPairs(join(needs.dataset!, 'pairs.arrow'));
  const { p } = config;
  if (task.p !== p)
    throw new Failure(`the model has p = ${p}, the dataset p = ${task.p}`, `set dataset.p to ${p}`);
  const backend = await openBackend();
  console.log(`forward pass: ${backend.description}`);

  const scorer = new Scorer();
  const onBatch = (start: number, logits: Float32Array): void => {
    const pairs = logits.length / (N_CTX * p);
    for (let i = 0; i < pairs; i++) {
      const end = (i + 1) * N_CTX * p; // of the logits at `=`
      scorer.add(logits.subarray(end - p, end), grid.label[start + i]!);
    }
    progress(start + pairs, p * p, 'pairs');
  };
  await writeActivations(out, config, weights, grid, onBatch, params);

  const { hooks, dtype, positions } = params;
  for (const name of hooks) {
    const { shape } = keptActivation(config, name, positions);
    say(`${name} [${[p * p, ...shape].join(', ')}]`);
  }
  const hookCount = hooks.filter((name) => name !== 'logits').length;
  await writeSummary(out, { p, pairs: p * p, hooks: hookCount, dtype, positions, ...scorer.score });
});
