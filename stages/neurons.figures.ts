// What the stage neurons draws: neurons by frequency.
import type { Cluster, NeuronFrequency } from '../lib/measures/neuron-frequencies.ts';
import type { Axis, Bars, Heatmap, Lines } from '../lib/charts/figure.ts';
import type { FourierNorms } from '../lib/numerics/fourier-basis.ts';
import type { Matrix } from '../lib/numerics/matrix.ts';
import { componentMap, gridSpectrumMap } from './spectra.figures.ts';

/** Spectra of chosen neurons, [p*p] each, beside that of a control. */
export function neuronSpectra(
  names: readonly string[],
  neurons: readonly number[],
  spectra: readonly Matrix[],
  control: Matrix,
): Heatmap {
  return gridSpectrumMap({
    title: 'Neurons in the two-dimensional Fourier basis',
    subtitle: `F n Fᵀ of the activations over (a, b), the constant left out. Control: Gaussian, of neuron ${neurons[0]}'s variance.`,
    names,
    colour: { name: 'coefficient', label: 'coefficient', signed: true },
    facets: [
      ...spectra.map(({ data }, i) => ({ name: `Neuron ${neurons[i]}`, values: data })),
      { name: 'Gaussian control', values: control.data },
    ],
  });
}

/** Share of each neuron that each frequency explains, frequencies down and neurons across. */
export function frequencyShareMap({ rows, columns, data }: Matrix): Heatmap {
  return {
    kind: 'heatmap',
    title: 'Share of each neuron that a frequency explains',
    subtitle: 'Of the variance over all pairs, in the eight products of sines and cosines of one frequency.',
    x: { name: 'neuron', label: 'neuron', length: columns },
    y: {
      name: 'frequency',
      label: 'frequency k',
      length: rows,
      names: Array.from({ length: rows }, (_, i) => String(i + 1)),
      ticks: Array.from({ length: rows }, (_, i) => i).filter((i) => (i + 1) % (rows > 20 ? 5 : 1) === 0),
    },
    colour: { name: 'fraction', label: 'share of variance', signed: false, domain: [0, 1] },
    facets: [{ values: data }],
    width: columns * Math.max(1, Math.floor(700 / columns)),
    height: rows * Math.max(1, Math.floor(340 / rows)),
  };
}

/** The share of each neuron that its best frequency explains, in descending order, with a Gaussian control. */
export function sortedFractionLines(
  best: readonly (NeuronFrequency | null)[],
  control: readonly (NeuronFrequency | null)[],
  above: number,
): Lines {
  const sorted = (of: readonly (NeuronFrequency | null)[]): number[] =>
    of
      .map((neuron) => neuron?.fraction ?? NaN)
      .sort((x, y) => Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || y - x);
  return {
    kind: 'lines',
    title: 'Share of each neuron that its best frequency explains',
    subtitle: `Neurons from the most to the least explained; ${best.filter((n) => n && n.fraction > above).length} of ${best.length} above ${above}.`,
    x: { label: 'neurons', values: Array.from(best.keys(), (i) => i + 1) },
    y: { label: 'share of variance' },
    series: [
      { name: 'trained', values: sorted(best) },
      { name: 'Gaussian control', values: sorted(control), colour: 'grey', dashed: true },
      { name: `clusters, above ${above}`, values: best.map(() => above), colour: 1, dashed: true },
    ],
    names: { series: 'network', x: 'place', y: 'fraction' },
  };
}

/** For each k, how many neurons have it as best frequency: those in its cluster, and the others. */
export function clusterBars(
  frequencies: number,
  best: readonly (NeuronFrequency | null)[],
  clusters: readonly Cluster[],
  above: number,
): Bars {
  const values = Array.from({ length: frequencies }, (_, i) => i + 1);
  const total = values.map((k) => best.filter((neuron) => neuron?.frequency === k).length);
  const inside = values.map((k) => clusters.find(({ frequency }) => frequency === k)?.neurons.length ?? 0);
  const shown = (n: number): number => (n > 0 ? n : NaN);
  return {
    kind: 'bars',
    title: 'Neurons by their best frequency',
    subtitle:
      clusters.length > 0
        ? `A cluster holds the neurons that its frequency explains to more than ${above}.`
        : `There is no cluster: no frequency explains more than ${above} of a neuron.`,
    x: { label: 'frequency k', values },
    y: { label: 'neurons' },
    series: [
      { name: 'in the cluster', values: inside.map(shown) },
      { name: 'less explained', values: total.map((n, i) => shown(n - inside[i]!)), grey: true },
    ],
    named: clusters.map(({ frequency }) => frequency),
    names: { series: 'neurons', x: 'frequency', y: 'count' },
  };
}

/** Norms of W_logit in the Fourier basis of the answers, with one row for each cluster of neurons. */
export function clusterNormMap(
  names: readonly string[],
  rows: readonly { readonly name: string; readonly norms: FourierNorms }[],
): Heatmap {
  const p = names.length;
  const stride = p > 60 ? 10 : 5;
  return {
    kind: 'heatmap',
    title: 'W_logit by cluster in the Fourier basis',
    subtitle: `L2 norm over the neurons ${rows.length > 1 ? 'of a cluster ' : ''}of each Fourier component of W_out W_U over the answers c.`,
    x: {
      name: 'component',
      label: 'Fourier component of the answer',
      length: p,
      names,
      ticks: Array.from(names.keys()).filter((i) => i > 0 && i % (2 * stride) === 0),
    },
    y: { name: 'cluster', label: 'cluster', length: rows.length, names: rows.map(({ name }) => name) },
    colour: { name: 'norm', label: 'norm', signed: false },
    facets: [{ values: rows.flatMap(({ norms }) => Array.from(norms.all)) }],
    width: p * Math.max(1, Math.floor(680 / p)),
    height: Math.max(90, 34 * rows.length),
  };
}

/** Mean activation of each neuron over b, for every a, centred and scaled to 1, neurons in a given order. */
export function orderedNeuronMap(
  profiles: Matrix,
  numbers: Omit<Axis, 'length'>,
  clusters: readonly Cluster[],
): Heatmap {
  const order = clusters.length > 0 ? 'Clusters first, then the other neurons; dead' : 'Dead';
  return {
    kind: 'heatmap',
    title: 'Neurons ordered by frequency and phase',
    subtitle: `Mean activation over b for every a, centred, the largest deviation of each neuron 1. ${order} ones are left out.`,
    x: { ...numbers, length: profiles.columns },
    y: { name: 'place', label: 'neuron, by frequency and phase', length: profiles.rows },
    colour: { name: 'deviation', label: 'deviation', signed: true },
    facets: [{ values: profiles.data }],
    width: profiles.columns * Math.max(1, Math.floor(452 / profiles.columns)),
    height: profiles.rows * Math.max(1, Math.floor(600 / profiles.rows)),
  };
}

/** Columns of W_logit in the order of their neurons. */
export const outputByCluster = (
  names: readonly string[],
  W_logit: Matrix,
  clusters: readonly Cluster[],
): Heatmap =>
  componentMap({
    title: 'W_logit in the Fourier basis, neurons by cluster',
    subtitle: `F (W_out W_U)ᵀ; neurons ordered by frequency and phase${clusters.length > 0 ? ', so that clusters are stripes' : ''}.`,
    matrix: W_logit,
    names,
    columns: { name: 'place', label: 'neuron, by frequency and phase' },
    value: 'coefficient',
    by: 'root',
    key: clusters.map(({ frequency }) => frequency),
  });
