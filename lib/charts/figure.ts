// Every kind of figure as data: what it shows and what its columns are called, before anything is drawn. Imports nothing.

export type Figure = Lines | Bars | Heatmap | Spread | PhaseMap | CurveBundle | Criteria;

interface Titled {
  readonly title: string;
  /** What is drawn, in a sentence or two; wrapped to the figure's width. */
  readonly subtitle?: string;
}

/** What the columns of the figure's numbers are called. */
type Names<Column extends string> = { readonly names: { readonly [name in Column]: string } };

/** Curves over one x axis: losses over epochs, singular values over their index. */
export interface Lines extends Titled, Names<'series' | 'x' | 'y'> {
  readonly kind: 'lines';
  readonly x: { readonly label: string; readonly values: readonly number[] };
  /** On a log axis values that are not positive are left out. */
  readonly y: { readonly label: string; readonly log?: boolean };
  /** One value for each of x.values; NaN leaves a gap. */
  readonly series: readonly LineSeries[];
  /** A dot at every value, for axes that count things. */
  readonly dots?: boolean;
  /** A stem below each dot in place of the curve, where there is nothing between the values of x. */
  readonly stems?: boolean;
  /** Values of x that are named above the dots of the first series; a dozen at most, since more say nothing. */
  readonly named?: readonly number[];
  readonly marks?: readonly Mark[];
  readonly bands?: readonly Band[];
}

export interface LineSeries {
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** Index of a colour of the house style; by default the index of the series. */
  readonly colour?: number | 'grey';
  readonly dashed?: boolean;
  /** Left out of the legend, as one of many that need no name. */
  readonly unnamed?: boolean;
}

/** A vertical line with a name, such as the epoch at which a network grokked. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

/** A shaded stretch of the x axis with a name, such as a phase of training. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** Bars over one counted axis, such as norms over frequencies with sine and cosine side by side. */
export interface Bars extends Titled, Names<'series' | 'x' | 'y'> {
  readonly kind: 'bars';
  readonly x: { readonly label: string; readonly values: readonly number[] };
  /** Not negative. */
  readonly y: { readonly label: string };
  /** One value for each of x.values. NaN means no bar; the other bars at that x share its room. */
  readonly series: readonly {
    readonly name: string;
    readonly values: ArrayLike<number>;
    readonly grey?: boolean;
  }[];
  /** Values of x that are named above their bars. If there are more than a dozen, none is. */
  readonly named?: readonly number[];
  /** A horizontal line with a name: a threshold, or what a known case would give. */
  readonly level?: { readonly y: number; readonly label: string };
}

/** Matrices as pictures: one raster per facet, one pixel per cell, rows downwards as matrices are written. */
export interface Heatmap extends Titled {
  readonly kind: 'heatmap';
  /** Columns. */
  readonly x: Axis;
  /** Rows. */
  readonly y: Axis;
  readonly colour: Colour;
  /** One matrix per facet, row-major [y.length, x.length]. A single facet needs no name. */
  readonly facets: readonly { readonly name?: string; readonly values: ArrayLike<number> }[];
  /** What the column of the facets' names is called. */
  readonly facet?: string;
  /** Size of one facet in pixels; by default near 220, with a whole number of pixels per cell. */
  readonly width?: number;
  readonly height?: number;
  /** Names of places on or between rows, written at the right; `at` 2 is the middle of row 2, 2.5 its lower edge. */
  readonly rowMarks?: readonly { readonly at: number; readonly label: string }[];
  /** Writes each value into its cell: for matrices of a few cells. */
  readonly numbers?: boolean;
  /** Where few cells stand out, they are drawn larger than they are: of a single pixel little is seen. */
  readonly enlarge?: boolean;
}

/** One side of a matrix. */
export interface Axis {
  /** What its column is called, such as `a` or `head`. */
  readonly name: string;
  readonly label: string;
  readonly length: number;
  /** What rows or columns are called, for axes that are not numbered from 0. */
  readonly names?: readonly string[];
  /** Rows or columns that get a tick; as many as fit by default. */
  readonly ticks?: readonly number[];
}

export interface Colour {
  /** What the column of the values is called. */
  readonly name: string;
  /** What the values are, with their unit. */
  readonly label: string;
  /** Signed values: RdBu about zero, to the largest absolute value on both sides. Otherwise viridis. */
  readonly signed: boolean;
  /** Where the scale starts and ends, if that does not follow from the values (shares: 0 to 1). */
  readonly domain?: readonly [number, number];
  /** Colours by the root of the size, where a few values are far above the others; or by the logarithm. */
  readonly by?: 'root' | 'logarithm';
}

/** The results of repeated runs at each place of an axis. */
export interface Spread extends SpreadOptions, Names<'x' | 'y'> {
  readonly kind: 'spread';
}

export interface SpreadOptions extends Titled {
  readonly x: { readonly label: string; readonly ticks: readonly Tick[] };
  /** On a log axis. */
  readonly y: { readonly label: string };
  /** How far runs went, and the label for that. */
  readonly cap: { readonly at: number; readonly label: string };
  readonly series: readonly SpreadSeries[];
}

export interface SpreadSeries {
  readonly name: string;
  /** One for each run; Infinity for a run that never got there. `point` names the run, for a page that shows names. */
  readonly runs: readonly { readonly x: number; readonly y: number; readonly point?: string }[];
  /** Published by others: drawn grey, with dots and without bars. */
  readonly isReference?: boolean;
}

/** A label on an axis: its place and its text. */
export interface Tick {
  readonly at: number;
  readonly name: string;
}

/** Outcomes of runs over two axes: one cell per pair of values, coloured by the most frequent outcome. */
export interface PhaseMap extends PhaseMapOptions, Names<'x' | 'y'> {
  readonly kind: 'phase-map';
}

export interface PhaseMapOptions extends Titled {
  /** Names of columns, left to right, and of rows, bottom to top. */
  readonly x: { readonly label: string; readonly names: readonly string[] };
  readonly y: { readonly label: string; readonly names: readonly string[] };
  /** The possible outcomes, from the least to the most. */
  readonly phases: readonly string[];
  /** For each run the indices of its column, row and phase. */
  readonly runs: readonly { readonly column: number; readonly row: number; readonly phase: number }[];
}

/** Many curves in one picture, each coloured by a number, such as the losses of all runs of a sweep. */
export interface CurveBundle extends CurveBundleOptions, Names<'x' | 'y'> {
  readonly kind: 'curve-bundle';
}

export interface CurveBundleOptions extends Titled {
  readonly x: { readonly label: string };
  /** On a log axis. */
  readonly y: { readonly label: string };
  /** The number that the colour stands for. */
  readonly colour: { readonly name: string; readonly label: string };
  readonly curves: readonly {
    readonly name: string;
    readonly colour: number;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

/** A table of criteria: each with its number, the threshold it is compared with, and the source of the threshold. */
export interface Criteria extends Titled {
  readonly kind: 'criteria';
  readonly criteria: readonly Criterion[];
}

export interface Criterion {
  readonly name: string;
  readonly value: number;
  /** Thresholds, inclusive; null if there is none on that side. */
  readonly from: number | null;
  readonly to: number | null;
  readonly met: boolean;
  readonly needed: boolean;
  readonly source: string;
}

/** The numbers that a figure draws: columns of equal length, and remarks about them. */
export interface Table {
  readonly columns: Readonly<Record<string, string[] | Int32Array | Float64Array>>;
  readonly metadata?: Readonly<Record<string, string>>;
}
