// Bytes as text in a page: seven bits per character, which takes a tenth less room than base64. Node writes it and the browser
// reads it, so this file imports nothing from Node.

/** Characters that HTML or a tool on the way would change: NUL, both line ends, <. Letters stand for them, À for NUL. */
const CHANGED = [0x00, 0x0a, 0x0d, 0x3c];
const STAND_IN = 0xc0;

export function toText(bytes: Uint8Array): string {
  const codes = new Uint8Array(Math.ceil((8 * bytes.length) / 7));
  let [bits, held, at] = [0, 0, 0];
  const push = (code: number): void => {
    const changed = CHANGED.indexOf(code);
    codes[at++] = changed < 0 ? code : STAND_IN + changed;
  };
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0x7fff;
    held += 8;
    for (; held >= 7; held -= 7) push((bits >> (held - 7)) & 0x7f);
  }
  if (held > 0) push((bits << (7 - held)) & 0x7f);
  return new TextDecoder('latin1').decode(codes);
}

/** How many bytes the text takes in a page, as UTF-8: the letters that stand in for others take two. */
export const lengthAsText = (bytes: Uint8Array): number =>
  Math.ceil(((8 * bytes.length) / 7) * (1 + CHANGED.length / 128));

export function fromText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((7 * text.length) / 8));
  let [bits, held, at] = [0, 0, 0];
  for (let i = 0; i < text.length && at < bytes.length; i++) {
    const code = text.charCodeAt(i);
    bits = ((bits << 7) | (code < STAND_IN ? code : CHANGED[code - STAND_IN]!)) & 0x7fff;
    held += 7;
    if (held >= 8) bytes[at++] = (bits >> (held -= 8)) & 0xff;
  }
  return bytes;
}
