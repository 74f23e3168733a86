// Matrices in the Fourier basis, as several stages draw them.
import type { Axis, Colour, Heatmap } from '../lib/charts/figure.ts';
import { frequenciesOf, rowsOf } from '../lib/numerics/fourier-basis.ts';
import type { Matrix } from '../lib/numerics/matrix.ts';

interface Components {
  readonly title: string;
  readonly subtitle: string;
  /** One row per Fourier component. */
  readonly matrix: Matrix;
  /** Names of the components. */
  readonly names: readonly string[];
  readonly columns: Omit<Axis, 'length'>;
  /** What the entries are. */
  readonly value: string;
  /** How colours follow the values: by the root where a trained matrix has few large ones. */
  readonly by?: 'root';
  /** Frequencies that are named at the right. */
  readonly key?: readonly number[];
}

/** A matrix whose rows are Fourier components, with ticks at some of the cosines. */
export function componentMap({
  title,
  subtitle,
  matrix,
  names,
  columns,
  value,
  by,
  key = [],
}: Components): Heatmap {
  const n = matrix.rows;
  const stride = [1, 2, 5, 10, 20, 50].find((s) => n / (2 * s) <= 14) ?? 100;
  const rows = (k: number): { first: number; cosine: number } => {
    const of = rowsOf(n, k);
    return { first: of[0]!, cosine: of.at(-1)! };
  };
  return {
    kind: 'heatmap',
    title,
    subtitle,
    x: { ...columns, length: matrix.columns },
    y: {
      name: 'component',
      label: 'Fourier component',
      length: n,
      names,
      ticks: [
        0,
        ...frequenciesOf(n)
          .filter((k) => k % stride === 0)
          .map((k) => rows(k).cosine),
      ],
    },
    colour: { name: 'value', label: value, signed: true, ...(by && { by }) },
    facets: [{ values: matrix.data }],
    rowMarks: key.map((k) => ({ at: (rows(k).first + rows(k).cosine) / 2, label: `k = ${k}` })),
    width: matrix.columns * Math.max(1, Math.floor(560 / matrix.columns)),
    height: n * Math.max(1, Math.floor(500 / n)),
  };
}

interface GridSpectra {
  readonly title: string;
  readonly subtitle: string;
  /** Names of the components. */
  readonly names: readonly string[];
  readonly colour: Colour;
  /** Each has the coefficients [p*p] of one function on the grid. */
  readonly facets: Heatmap['facets'];
}

/** Coefficients over (component of a, component of b): of a trained network few stand out. */
export function gridSpectrumMap({ title, subtitle, names, colour, facets }: GridSpectra): Heatmap {
  const p = names.length;
  const stride = [1, 2, 5, 10, 20, 50].find((s) => p / (2 * s) <= 6) ?? 100;
  const ticks = names.flatMap((name, i) => (name.startsWith('Cos') && (i / 2) % stride === 0 ? [i] : []));
  const axis = (summand: string): Axis => ({
    name: `component_of_${summand}`,
    label: `component of ${summand}`,
    length: p,
    names,
    ticks: [0, ...ticks],
  });
  // The name of the constant would run into that of the first cosine on the axis below.
  const x = { ...axis('b'), ticks };
  const side = p * Math.max(1, Math.round((facets.length === 1 ? 450 : 300) / p));
  return {
    kind: 'heatmap',
    title,
    subtitle,
    x,
    y: axis('a'),
    colour: { ...colour, by: 'root' },
    facet: 'of',
    facets,
    enlarge: true,
    width: side,
    height: side,
  };
}
