/** JSON that has exactly one text for each value, so that equal values have equal hashes. */

/** JSON with the keys of every object sorted by code unit and no white space. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([x], [y]) => byCodeUnit(x, y));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`).join(',')}}`;
}

/** For `sort`: the same order in every locale. */
export const byCodeUnit = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
