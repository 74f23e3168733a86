// What the stage svd draws: singular values and vectors of one matrix, or of one matrix per head.
import type { Decomposition } from '../lib/measures/decomposition.ts';
import type { Axis, Heatmap, Lines } from '../lib/charts/figure.ts';
import { firstColumns } from '../lib/numerics/matrix.ts';

/** Singular vectors drawn, as in the seed notebook. */
const DRAWN = 10;

/** Singular values over their index with those of the controls, dashed. */
export function singularValues(name: string, of: readonly Decomposition[]): Lines {
  const [{ matrix, S }] = of as [Decomposition];
  const single = of.length === 1;
  const controls = single
    ? 'Control: a Gaussian matrix'
    : 'Dashed, in the colour of its head: a Gaussian matrix';
  return {
    kind: 'lines',
    title: `Singular values of ${name}`,
    subtitle: `${matrix.rows} × ${matrix.columns}. ${controls} of the same size and Frobenius norm.`,
    x: { label: 'index', values: Array.from(S.keys()) },
    y: { label: 'singular value' },
    dots: true,
    series: [
      ...of.map(({ S }, head) => ({ name: single ? 'trained' : `Head ${head}`, values: S, colour: head })),
      ...of.map(({ control }, head) => ({
        name: single ? 'Gaussian control' : `Control of head ${head}`,
        values: control,
        colour: single ? ('grey' as const) : head,
        dashed: true,
        unnamed: !single,
      })),
    ],
    names: { series: 'matrix', x: 'index', y: 'singular_value' },
  };
}

/** The first ten columns of U or V; `rows` says what their entries belong to. */
export function singularVectors(
  name: string,
  of: readonly Decomposition[],
  side: 'U' | 'V',
  rows: Omit<Axis, 'length'>,
): Heatmap {
  const [first] = of as [Decomposition];
  const length = first[side].rows;
  const n = Math.min(DRAWN, first.S.length);
  return {
    kind: 'heatmap',
    title: `${side === 'U' ? 'Left' : 'Right'} singular vectors of ${name}`,
    subtitle: `The first ${n} columns of ${side}. Signs: the largest entry of each left vector is positive.`,
    x: { name: 'index', label: 'index of the singular value', length: n },
    y: { ...rows, length },
    colour: { name: 'value', label: 'entry of the unit vector', signed: true },
    facet: 'head',
    facets: of.map((one, head) => ({ name: `Head ${head}`, values: firstColumns(one[side], n).data })),
    width: of.length === 1 ? 400 : 220,
    // A whole number of pixels per row, if there are few enough rows.
    height: length * Math.max(1, Math.floor(460 / length)),
  };
}
