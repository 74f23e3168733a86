// attention: where `=` attends, and what the first neurons respond to.
// Reads activations/blocks.0.attn.hook_pattern.arrow and blocks.0.mlp.hook_post.arrow, a batch at a time, in the precision
// and with the positions that were kept, and train/model.safetensors. Draws the average pattern, the pattern of one pair,
// attention from `=` to a, and neurons over the grid (seed notebook, cells 8 to 19; its title "a -> =" has the direction
// reversed: `=` is the query), and the frequencies of each head's scores (Nanda et al. 2023, section 4.1).
import { attentionCoefficients } from '../lib/measures/attention.ts';
import { gridByIndex, viewGroup, type GroupView } from '../lib/measures/group-view.ts';
import { bestFrequencies, frequencyShares } from '../lib/measures/neuron-frequencies.ts';
import { attentionSummary } from '../lib/artifacts/attention.ts';
import { writeFigure } from '../lib/artifacts/figure.ts';
import type { Task } from '../lib/artifacts/dataset.ts';
import { folderOf, openRun } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { Failure } from '../lib/files/failure.ts';
import { readGrid } from '../lib/artifacts/activations.ts';
import { N_CTX } from '../lib/network/config.ts';
import { columnOf } from '../lib/numerics/matrix.ts';
import { stage } from '../lib/runner/stage.ts';
import { OPERATIONS } from '../lib/task/operations.ts';
import {
  attentionToA,
  averagePattern,
  examplePattern,
  neuronMaps,
  scoreFrequencies,
} from './attention.figures.ts';
import { params } from './attention.params.ts';

await stage(params, async ({ params, needs, out, progress }) => {
  const run = await openRun(needs);
  const { config, weights, task, grid } = run;
  const { p } = config;
  const view = viewGroup(run);
  const folder = folderOf(needs, 'activations');
  // By head, then by key.
  const pattern = await readGrid(folder, 'blocks.0.attn.hook_pattern', run, (atEquals) => atEquals);
  progress(1, 2, 'attention patterns');
  const n_heads = pattern.length / N_CTX;
  const example = chooseExample(params.example, task);
  const post = await readGrid(folder, 'blocks.0.mlp.hook_post', run, (atEquals) => {
    const absent = params.neurons.find((neuron) => neuron >= atEquals.length);
    if (absent !== undefined)
      throw outOfRange('neurons', absent, `this network has neurons 0 to ${atEquals.length - 1}`);
    return params.neurons.map((neuron) => atEquals[neuron]!);
  });
  progress(2, 2, 'neurons');

  const rows = grid.a.map((a, i) => a * p + grid.b[i]!);
  const mean = pattern.map((values) => rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length);
  const chosen = pattern.map((values) => values[example.a * p + example.b]!);
  const heads = Array.from({ length: n_heads }, (_, h) => pattern[h * N_CTX]!);
  await writeFigure(out, 'average_pattern', averagePattern(mean, rows.length));
  await writeFigure(out, 'example_pattern', examplePattern(chosen, example.a, example.b));
  await writeFigure(out, 'attention_to_a', attentionToA(heads, task));
  await writeFigure(out, 'neurons', neuronMaps(params.neurons, post, task));

  const { operation } = task;
  const coefficients = attentionCoefficients(config, view.renumber(weights), view.n);
  await writeFigure(out, 'score_frequencies', scoreFrequencies(coefficients));
  const isMeasured = view.why === null;
  await writeSummary(out, attentionSummary, {
    p,
    n_heads,
    operation,
    not_measured: view.why,
    example: [example.a, example.b],
    mean_attention_from_equals: byHead(mean),
    example_attention_from_equals: byHead(chosen),
    attention_coefficients: isMeasured
      ? Array.from({ length: n_heads }, (_, h) => Array.from(columnOf(coefficients, h)))
      : null,
    attention_to_a: isMeasured ? fitAttention(heads, view) : null,
  });
});

function chooseExample(pair: readonly number[], { p, operation }: Task): { a: number; b: number } {
  const [a, b] = pair as [number, number];
  const absent = pair.find((summand) => summand >= p);
  if (absent !== undefined) throw outOfRange('example', absent, `summands of this network are 0 to ${p - 1}`);
  const { b_from, noun } = OPERATIONS[operation];
  if (b < b_from) throw outOfRange('example', b, `${noun} has no pairs with b = 0`);
  return { a, b };
}

function outOfRange(param: string, value: number, expected: string): Failure {
  return new Failure(
    `${param}: ${value} (${expected})`,
    `change ${param} among the params of this stage in pipeline.yaml`,
  );
}

/** For each head, the frequency whose degree-2 polynomials best fit its attention to a, and the share that they explain. */
function fitAttention(heads: readonly Float32Array[], view: GroupView) {
  return heads
    .map((values) => bestFrequencies(frequencyShares(gridByIndex(view, values)))[0])
    .map((head) => head ?? { frequency: null, fraction: null });
}

function byHead(values: readonly number[]): number[][] {
  const n_heads = values.length / N_CTX;
  return Array.from({ length: n_heads }, (_, h) => values.slice(h * N_CTX, (h + 1) * N_CTX));
}
