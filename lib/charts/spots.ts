// Few cells that stand out of a large matrix, made large enough to be seen. Imports nothing.

/** A cell stands out with this share of the largest value. */
const STANDS_OUT = 0.1;
/** More of them are no spots, and would run into one another. */
const FEW = 0.02;
/** How wide a spot has to be (pixels). */
const SEEN = 8;

/**
 * The matrix with each cell that stands out spread over its neighbours, the larger one above, where a cell has `pixels`
 * on a side and few stand out. `largest` is that of all matrices that share a scale.
 */
export function enlargeSpots(
  values: ArrayLike<number>,
  columns: number,
  largest: number,
  pixels: number,
): ArrayLike<number> {
  const reach = Math.ceil((SEEN / pixels - 1) / 2);
  const spots: number[] = [];
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]!) > STANDS_OUT * largest) spots.push(i);
  if (reach < 1 || spots.length > FEW * values.length) return values;
  const rows = values.length / columns;
  const shown = Float64Array.from(values);
  for (const spot of spots) {
    const [row, column] = [Math.floor(spot / columns), spot % columns];
    for (let i = Math.max(0, row - reach); i <= Math.min(rows - 1, row + reach); i++)
      for (let j = Math.max(0, column - reach); j <= Math.min(columns - 1, column + reach); j++) {
        const at = i * columns + j;
        if (Math.abs(values[spot]!) > Math.abs(shown[at]!)) shown[at] = values[spot]!;
      }
  }
  return shown;
}
