// neurons: which frequency each neuron computes with.
// Reads dataset/pairs.arrow (which operation) and train/model.safetensors. Draws the two-dimensional spectrum of chosen
// neurons beside a Gaussian control, the share of every neuron that each frequency explains, the clusters, and W_logit by
// cluster (TransformerLens' demo; Nanda et al. 2023, section 4.2). neurons.arrow has one row per neuron; a dead neuron (one
// that never varies) has frequency 0.
import { viewGroup } from '../lib/measures/group-view.ts';
import { transformGrid, withoutConstant } from '../lib/measures/grid-transform.ts';
import { lineSums } from '../lib/measures/line-sums.ts';
import {
  bestFrequencies,
  frequencyClusters,
  frequencyShares,
  phasesInA,
} from '../lib/measures/neuron-frequencies.ts';
import { writeFigure } from '../lib/artifacts/figure.ts';
import { neuronsSummary, writeNeurons } from '../lib/artifacts/neurons.ts';
import { openRun } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { Failure } from '../lib/files/failure.ts';
import { logitMap, logitMapInBasis } from '../lib/network/composites.ts';
import { runNetwork } from '../lib/network/forward.ts';
import { fourierNorms, makeFourierBasis } from '../lib/numerics/fourier-basis.ts';
import { gaussianControl } from '../lib/numerics/gaussian-control.ts';
import { columnOf, createMatrix, type Matrix } from '../lib/numerics/matrix.ts';
import { stage } from '../lib/runner/stage.ts';
import { axisInFigure, numberAxis } from '../lib/task/number-axis.ts';
import {
  clusterBars,
  clusterNormMap,
  frequencyShareMap,
  neuronSpectra,
  orderedNeuronMap,
  outputByCluster,
  sortedFractionLines,
} from './neurons.figures.ts';
import { params } from './neurons.params.ts';

const CONTROL_SEED = 0;

await stage(params, async ({ params, needs, out, progress, say }) => {
  const { config, weights: asTrained, carrying, ...run } = await openRun(needs);
  const { p, d_mlp } = config;
  const absent = params.neurons.find((neuron) => neuron >= d_mlp);
  if (absent !== undefined)
    throw new Failure(
      `neurons: ${absent} (this network has neurons 0 to ${d_mlp - 1})`,
      'change neurons among the params of this stage in pipeline.yaml',
    );
  const { operation } = run.task;
  const view = viewGroup(run);
  const { n } = view;
  if (view.why !== null) {
    say(view.why);
    const nothing = { dead_neurons: null, key_frequencies: null, clusters: null, neurons_in_clusters: null };
    return writeSummary(out, neuronsSummary, {
      p,
      d_mlp,
      operation,
      not_measured: view.why,
      ...nothing,
      fraction_explained: null,
    });
  }
  const weights = view.renumber(asTrained);
  const inGroup = n * n * d_mlp;
  const post = createMatrix(
    n * n,
    d_mlp,
    runNetwork(carrying.config, view.renumber(carrying.weights), view.pairs).post.data.subarray(0, inGroup),
  );
  progress(1, 3, 'spectra');
  const basis = makeFourierBasis(n);
  const above = params.cluster_above;
  const shares = frequencyShares(post);
  const best = bestFrequencies(shares);
  const clusters = frequencyClusters(best, above);
  const phases = phasesInA(post, best);
  const control = bestFrequencies(frequencyShares(gaussianControl(post, CONTROL_SEED)));
  const order = Array.from(best.keys())
    .filter((j) => best[j])
    .sort(
      (i, j) =>
        Number(best[j]!.fraction > above) - Number(best[i]!.fraction > above) ||
        best[i]!.frequency - best[j]!.frequency ||
        phases[i]! - phases[j]!,
    );
  progress(2, 3, 'figures');

  const spectrum = (neuron: Matrix): Matrix => withoutConstant(transformGrid(basis.F, neuron));
  const chosen = params.neurons.map((neuron) => createMatrix(n * n, 1, columnOf(post, neuron)));
  const spectra = chosen.map(spectrum);
  const controlSpectrum = spectrum(gaussianControl(spectra[0]!, CONTROL_SEED));
  await writeFigure(
    out,
    'neuron_spectrum',
    neuronSpectra(basis.names, params.neurons, spectra, controlSpectrum),
  );
  await writeFigure(out, 'fraction_explained', frequencyShareMap(shares));
  await writeFigure(out, 'fraction_explained_sorted', sortedFractionLines(best, control, above));
  await writeFigure(out, 'clusters', clusterBars(n >> 1, best, clusters, above));
  await writeFigure(
    out,
    'neurons_ordered',
    orderedNeuronMap(profilesOverA(post, order), axisInFigure(numberAxis(p, operation), 'a'), clusters),
  );

  const W_logit = logitMapInBasis(basis, logitMap(weights, n));
  const unassigned = Array.from(best.keys()).filter(
    (j) => !clusters.some(({ neurons }) => neurons.includes(j)),
  );
  const groups = [
    ...clusters.map(({ frequency, neurons }) => ({ name: `k = ${frequency}`, neurons })),
    { name: 'others', neurons: unassigned },
  ].filter(({ neurons }) => neurons.length > 0);
  const groupNorms = groups.map(({ name, neurons }) => ({
    name,
    norms: fourierNorms(takeColumns(W_logit, neurons)),
  }));
  await writeFigure(out, 'W_logit_cluster_norms', clusterNormMap(basis.names, groupNorms));
  const ordered = takeColumns(W_logit, order);
  await writeFigure(out, 'W_logit_by_cluster', outputByCluster(basis.names, ordered, clusters));

  await writeNeurons(out, best, phases);
  const alive = order.map((j) => best[j]!.fraction).sort((x, y) => x - y);
  await writeSummary(out, neuronsSummary, {
    p,
    d_mlp,
    operation,
    not_measured: null,
    cluster_above: above,
    dead_neurons: d_mlp - order.length,
    key_frequencies: { neurons: clusters.map(({ frequency }) => frequency) },
    clusters: Object.fromEntries(clusters.map(({ frequency, neurons }) => [frequency, neurons.length])),
    neurons_in_clusters: d_mlp - unassigned.length,
    fraction_explained: {
      median: alive[alive.length >> 1] ?? null,
      smallest: alive[0] ?? null,
      largest_of_control: Math.max(...control.map((neuron) => neuron?.fraction ?? 0)),
    },
  });
});

/** Some columns of a matrix, in the order given. */
function takeColumns({ rows, columns, data }: Matrix, chosen: readonly number[]): Matrix {
  const n = chosen.length;
  const taken = Float64Array.from(
    { length: rows * n },
    (_, i) => data[Math.floor(i / n) * columns + chosen[i % n]!]!,
  );
  return createMatrix(rows, n, taken);
}

/** Mean over b of each neuron for every a, centred and scaled so that the largest deviation is 1: [neurons, n]. */
function profilesOverA(post: Matrix, order: readonly number[]): Matrix {
  const sums = lineSums(post, 'a');
  const n = sums.rows;
  const profiles = createMatrix(order.length, n);
  order.forEach((neuron, place) => {
    const profile = columnOf(sums, neuron);
    const mean = profile.reduce((sum, x) => sum + x, 0) / n;
    const largest = Math.max(...profile.map((x) => Math.abs(x - mean))) || 1;
    profiles.data.set(
      profile.map((x) => (x - mean) / largest),
      place * n,
    );
  });
  return profiles;
}
