// What the stage attention draws: patterns, neurons over the grid, and scores by frequency.
import type { Axis, Bars, Heatmap } from '../lib/charts/figure.ts';
import { frequenciesOf, rowsOf } from '../lib/numerics/fourier-basis.ts';
import type { Matrix } from '../lib/numerics/matrix.ts';
import { axisInFigure, numberAxis, onAxes } from '../lib/task/number-axis.ts';
import { OPERATIONS, type Operation } from '../lib/task/operations.ts';

const POSITIONS = ['a', 'b', '='];
const ATTENTION = { name: 'attention', label: 'attention', signed: false, domain: [0, 1] } as const;

/** Means over all pairs, by head, then by attended position. */
export const averagePattern = (attention: readonly number[], pairs: number): Heatmap => ({
  ...patternMap(attention),
  title: 'Average attention pattern per head',
  subtitle: `Attention paid by = to each position, mean over all ${pairs.toLocaleString('en-US')} pairs; rows sum to 1.`,
});

/** Attention for one pair, by head, then by attended position. */
export const examplePattern = (attention: readonly number[], a: number, b: number): Heatmap => ({
  ...patternMap(attention),
  title: `Attention pattern for ${a}, ${b}, =`,
  subtitle: 'Attention paid by = to each position, head by head; rows sum to 1.',
});

/** A small table with numbers in its cells, heads down and attended positions across. */
function patternMap(attention: readonly number[]): Omit<Heatmap, 'title' | 'subtitle'> {
  const n_heads = attention.length / POSITIONS.length;
  const names = Array.from({ length: n_heads }, (_, h) => `Head ${h}`);
  return {
    kind: 'heatmap',
    x: { name: 'position', label: 'attended position', length: POSITIONS.length, names: POSITIONS },
    y: { name: 'head', label: 'head', length: n_heads, names },
    colour: ATTENTION,
    numbers: true,
    width: 330,
    height: Math.max(120, 56 * n_heads),
    facets: [{ values: attention }],
  };
}

/** `heads`: one grid [p*p] per head. */
export const attentionToA = (heads: readonly Float32Array[], task: PairTask): Heatmap => ({
  kind: 'heatmap',
  ...gridAxes(task),
  title: 'Attention from = to a',
  subtitle: `Per head, by a and b.${noteOf(task)}`,
  colour: ATTENTION,
  facet: 'head',
  facets: heads.map((values, h) => ({ name: `Head ${h}`, values: inOrder(values, task) })),
});

/** `activations`: one grid [p*p] per neuron. */
export const neuronMaps = (
  neurons: readonly number[],
  activations: readonly Float32Array[],
  task: PairTask,
): Heatmap => ({
  kind: 'heatmap',
  ...gridAxes(task),
  title: neurons.length === 1 ? 'A neuron over all pairs' : 'Neurons over all pairs',
  subtitle: `Activation after the ReLU at the = position, by a and b.${noteOf(task)}`,
  colour: { name: 'activation', label: 'activation', signed: false },
  facet: 'neuron',
  facets: neurons.map((neuron, i) => ({ name: `Neuron ${neuron}`, values: inOrder(activations[i]!, task) })),
});

/** The task whose pairs are drawn. */
interface PairTask {
  readonly p: number;
  readonly operation: Operation;
}

/** Axes with the numbers in the order of their indices in the group, if there is one. */
function gridAxes({ p, operation }: PairTask): { x: Axis; y: Axis } {
  const along = numberAxis(p, operation);
  const axis = (name: string): Axis => ({ ...axisInFigure(along, name), length: along.numbers.length });
  return { x: axis('b'), y: axis('a') };
}

const inOrder = (values: Float32Array, { p, operation }: PairTask): Float64Array =>
  onAxes(numberAxis(p, operation), values, p);

function noteOf({ p, operation }: PairTask): string {
  const group = OPERATIONS[operation].group(p);
  return group.n === null || group.words.note === '' ? '' : ` Without 0; ${group.words.note}`;
}

/** What each frequency contributes to the scores of each head, from coefficients [n, n_heads] in the Fourier basis. */
export function scoreFrequencies({ rows: n, columns: n_heads, data }: Matrix): Bars {
  const frequencies = frequenciesOf(n);
  return {
    kind: 'bars',
    title: 'Attention scores by frequency',
    subtitle:
      'Norm of sine and cosine, over the numbers, of what a number adds to the score that = gives it.',
    x: { label: 'frequency k', values: frequencies },
    y: { label: 'norm' },
    series: Array.from({ length: n_heads }, (_, h) => ({
      name: `Head ${h}`,
      values: frequencies.map((k) => Math.hypot(...rowsOf(n, k).map((row) => data[row * n_heads + h]!))),
    })),
    names: { series: 'head', x: 'frequency', y: 'norm' },
  };
}
