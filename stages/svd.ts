// svd: singular values and vectors of the embedding and of the two composite maps.
// Reads dataset/pairs.arrow (for the operation, which decides the order of the numbers) and train/model.safetensors. Draws
// the singular values of W_E, W_neur (per head) and W_logit, with those of Gaussian matrices of the same size and norm, and
// their first ten singular vectors (seed notebook, cells 7 and 20 to 34). Writes the two composites and every decomposition
// as Arrow.
import { decompose } from '../lib/measures/decomposition.ts';
import { viewGroup } from '../lib/measures/group-view.ts';
import { writeFigure } from '../lib/artifacts/figure.ts';
import { withFormerNames } from '../lib/artifacts/former-names.ts';
import { openRun } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { svdSummary, writeDecomposition, writeMaps } from '../lib/artifacts/svd.ts';
import { logitMap, neuronMap } from '../lib/network/composites.ts';
import { toMatrix } from '../lib/numerics/matrix.ts';
import { effectiveRank } from '../lib/numerics/svd.ts';
import { stage } from '../lib/runner/stage.ts';
import { axisInFigure, numberAxis } from '../lib/task/number-axis.ts';
import { singularValues, singularVectors } from './svd.figures.ts';
import { params } from './svd.params.ts';

await stage(params, async ({ needs, out, progress }) => {
  const { config, weights: asTrained, ...run } = await openRun(needs);
  const { p, n_heads } = config;
  const view = viewGroup(run);
  const weights = view.renumber(asTrained);
  const heads = neuronMap(config, weights, view.n);
  const output = logitMap(weights, view.n);
  const W_E = decompose([toMatrix(weights.W_E, { rows: view.n })]);
  progress(1, 4, 'W_E');
  const W_neur = decompose(heads);
  progress(2, 4, 'W_neur');
  const W_logit = decompose([output]);
  progress(3, 4, 'W_logit');

  const axis = numberAxis(p, run.task.operation);
  const number = { ...axisInFigure(axis, 'a'), label: `number ${axis.label('a')}` };
  const neuron = { name: 'neuron', label: 'neuron' };
  const answer = { ...axisInFigure(axis, 'c'), label: `answer ${axis.label('c')}` };
  await writeFigure(out, 'singular_values', singularValues('W_E, without the row of =', W_E));
  await writeFigure(out, 'left_singular_vectors', singularVectors('W_E', W_E, 'U', number));
  await writeFigure(out, 'W_neur_singular_values', singularValues('W_neur = W_E W_V W_O W_in', W_neur));
  await writeFigure(out, 'W_neur_left_singular_vectors', singularVectors('W_neur', W_neur, 'U', number));
  await writeFigure(out, 'W_logit_singular_values', singularValues('W_logit = W_out W_U', W_logit));
  await writeFigure(out, 'W_logit_left_singular_vectors', singularVectors('W_logit', W_logit, 'U', neuron));
  await writeFigure(out, 'W_logit_right_singular_vectors', singularVectors('W_logit', W_logit, 'V', answer));

  await writeDecomposition(out, 'W_E', W_E);
  await writeDecomposition(out, 'W_neur', W_neur);
  await writeDecomposition(out, 'W_logit', W_logit);
  await writeMaps(out, heads, output);

  const summary = withFormerNames({
    p,
    n_heads,
    singular_values_W_E: [...W_E[0]!.S],
    singular_values_W_neur: W_neur.map(({ S }) => [...S]),
    singular_values_W_logit: [...W_logit[0]!.S],
    effective_rank: withFormerNames({
      W_E: effectiveRank(W_E[0]!.S),
      W_E_control: effectiveRank(W_E[0]!.control),
      W_neur: W_neur.map(({ S }) => effectiveRank(S)),
      W_logit: effectiveRank(W_logit[0]!.S),
      W_logit_control: effectiveRank(W_logit[0]!.control),
    }),
  });
  await writeSummary(out, svdSummary, summary);
  progress(4, 4, 'figures');
});
