/** Parts of plain data, by the path of names and numbers that leads to them. */
type Path = readonly (string | number)[];

export const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce((value, step) => (value as Record<string | number, unknown>)[step], data);

/** A copy of `data` with `value` at that path. */
export function withValueAt(data: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  const copy = (Array.isArray(data) ? [...(data as unknown[])] : { ...(data as object) }) as Record<
    string | number,
    unknown
  >;
  copy[step] = withValueAt(copy[step], rest, value);
  return copy;
}

/** As it is written: `edit[0].model`. */
export const writtenPath = (path: Path): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
