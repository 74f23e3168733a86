// Decodes LZ4 frames, with which pandas and pyarrow compress the buffers of Arrow files by default.
// Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md. Optional checksums are
// skipped; every length is checked, so that damage leads to Malformed and nothing worse.
import { Malformed } from '../failure.ts';

const MAGIC = 0x184d2204;
const RAW_BLOCK = 0x8000_0000;

/** The content of a frame, `length` bytes. Throws Malformed if it is not a frame or its content has another length. */
export function decodeLz4(frame: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  // Each byte of a block adds at most 255 bytes to the content.
  if (!(length >= 0 && length <= 256 * frame.length)) throw damaged();
  const to = new Uint8Array(length);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const word = (at: number): number => {
    if (at + 4 > frame.length) throw damaged();
    return view.getUint32(at, true);
  };
  const flags = frame[4] ?? 0;
  if (word(0) !== MAGIC || flags >> 6 !== 1 || flags & 1) throw damaged();
  const [hasBlockChecksums, hasSize] = [flags & 16, flags & 8];
  let from = hasSize ? 15 : 7;
  let done = 0;
  for (;;) {
    const size = word(from);
    from += 4;
    if (size === 0) break;
    const end = from + (size & ~RAW_BLOCK);
    if (end > frame.length) throw damaged();
    const block = frame.subarray(from, end);
    done = size & RAW_BLOCK ? copyRaw(block, to, done) : decodeBlock(block, to, done);
    from = end + (hasBlockChecksums ? 4 : 0);
  }
  if (done !== length) throw damaged();
  return to;
}

const damaged = (): Malformed => new Malformed('has a damaged LZ4 frame');

function copyRaw(block: Uint8Array, to: Uint8Array, at: number): number {
  if (at + block.length > to.length) throw damaged();
  to.set(block, at);
  return at + block.length;
}

/**
 * Decodes a block into `to` from `at` on and returns where it ends. A block is a row of sequences: literals, then a match
 * that repeats earlier output. The last sequence has no match.
 */
function decodeBlock(block: Uint8Array, to: Uint8Array, at: number): number {
  let from = 0;
  const next = (): number => {
    const byte = block[from++];
    if (byte === undefined) throw damaged();
    return byte;
  };
  const lengthOf = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15)
      for (let byte = 255; byte === 255;) {
        byte = next();
        length += byte;
      }
    return length;
  };
  while (from < block.length) {
    const token = next();
    const literals = lengthOf(token >> 4);
    if (from + literals > block.length) throw damaged();
    at = copyRaw(block.subarray(from, from + literals), to, at);
    from += literals;
    if (from === block.length) return at;
    const distance = next() + 256 * next();
    const end = at + lengthOf(token & 15) + 4;
    if (distance === 0 || distance > at || end > to.length) throw damaged();
    for (; at < end; at++) to[at] = to[at - distance]!; // byte by byte: a match may overlap its own output
  }
  return at;
}
