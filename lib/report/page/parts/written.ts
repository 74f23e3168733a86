/** The value of a param as text: JSON but for plain strings, with spaces at which long lists break. */
export const written = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Array.isArray(value)
      ? `[${value.map((each) => JSON.stringify(each)).join(', ')}]`
      : JSON.stringify(value);
