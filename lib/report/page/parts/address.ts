// What the reader has chosen, in the address of the page after its #: name=value, joined by &. A link to a section is a
// bare name there, and changes no choice.

export function readAddress(): URLSearchParams {
  const text = location.hash.slice(1);
  return new URLSearchParams(text.includes('=') ? text : '');
}

/**
 * Puts these names into the address in place of what they were, and takes those out whose value is null; with `isStep`, back
 * leads to what it was before.
 */
export function writeAddress(
  values: Iterable<readonly [name: string, value: string | null]>,
  isStep = false,
): void {
  const address = readAddress();
  for (const [name, value] of values)
    if (value === null) address.delete(name);
    else address.set(name, value);
  const hash = `#${address.toString()}`;
  if (isStep) history.pushState(null, '', hash);
  else history.replaceState(null, '', hash);
}
