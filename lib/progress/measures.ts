// What is measured of one checkpoint, by name.

export interface Measures {
  readonly scalars: Readonly<Record<string, number>>;
  readonly lists: Readonly<Record<string, Float64Array>>;
}
