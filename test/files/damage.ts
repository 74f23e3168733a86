// Damaged copies of a file, the same ones for the same seed: flipped bits, impossible lengths, stretches lost or doubled.
export interface Damage {
  readonly bytes: Buffer;
  readonly what: string;
}

/** A small generator of uniform integers (mulberry32). */
export function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Damages `original` in one place; half of the places are in `headers`, where it hurts most. */
export function damage(
  original: Buffer,
  headers: readonly (readonly [start: number, end: number])[],
  random: (below: number) => number,
): Damage {
  const bytes = Buffer.from(original);
  const [start, end] = random(2) ? headers[random(headers.length)]! : ([0, bytes.length] as const);
  const at = start + random(end - start);
  const length = 1 + random(Math.min(40, bytes.length - at));
  switch (random(7)) {
    case 0:
      bytes[at]! ^= 1 << random(8);
      return { bytes, what: `bit flipped at ${at}` };
    case 1:
      bytes[at] = random(256);
      return { bytes, what: `byte replaced at ${at}` };
    case 2: {
      const word = [0, -1, 0x7fffffff, -0x80000000, 1 << 20][random(5)]!;
      const place = Math.min(at & ~3, bytes.length - 4);
      bytes.writeInt32LE(word, place);
      return { bytes, what: `word ${word} at ${place}` };
    }
    case 3:
      bytes.fill(0, at, at + length);
      return { bytes, what: `${length} bytes zeroed at ${at}` };
    case 4:
      return { bytes: bytes.subarray(0, at), what: `cut off at ${at}` };
    case 5:
      return {
        bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
        what: `${length} bytes lost at ${at}`,
      };
    default:
      return {
        bytes: Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]),
        what: `${length} bytes doubled at ${at}`,
      };
  }
}
