// activations: the hooks and logits of the network on every pair, from the readable forward pass.
// Writes <hook>.arrow for each chosen hook, and summary.json with loss and accuracy over all pairs.
import { writeActivations } from '../lib/artifacts/activation-files.ts';
import { activationsSummary, keptActivation } from '../lib/artifacts/activations.ts';
import { openRun } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { openReadable, type HookedBatch } from '../lib/engines/readable.ts';
import { N_CTX } from '../lib/network/config.ts';
import { crossEntropy, largestClass } from '../lib/network/loss.ts';
import { stage } from '../lib/runner/stage.ts';
import { params } from './activations.params.ts';

await stage(params, async ({ params, needs, out, progress, say }) => {
  const { config, weights, biases, grid } = await openRun(needs);
  const { p } = config;
  const pairs = grid.label.length;
  const readable = await openReadable();
  console.log(`forward pass: ${readable.description}`);

  const { hooks, dtype, positions } = params;
  let [loss, right] = [0, 0];
  const score = (start: number, logits: Float32Array): void => {
    const inBatch = logits.length / (N_CTX * p);
    for (let i = 0; i < inBatch; i++) {
      const end = (i + 1) * N_CTX * p; // where the logits at `=` end
      const atEquals = logits.subarray(end - p, end);
      const label = grid.label[start + i]!;
      const answer = largestClass(atEquals);
      loss += crossEntropy(atEquals, label, answer);
      right += Number(answer === label);
    }
    progress(start + inBatch, pairs, 'pairs');
  };
  function* scored(): Generator<HookedBatch> {
    const names = new Set([...hooks, 'logits' as const]);
    for (const batch of readable.run(config, weights, grid, names, biases)) {
      score(batch.start, batch.values.get('logits')!);
      yield batch;
    }
  }
  await writeActivations(out, config, scored(), params);

  for (const name of hooks) {
    const { shape } = keptActivation(config, name, positions);
    say(`${name} [${[pairs, ...shape].join(', ')}]`);
  }
  const hookCount = hooks.filter((name) => name !== 'logits').length;
  const scores = { loss: loss / pairs, accuracy: right / pairs };
  await writeSummary(out, activationsSummary, { p, pairs, hooks: hookCount, dtype, positions, ...scores });
});
