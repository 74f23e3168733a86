// Finds where the bytes of each file in a zip archive are. The files must be stored uncompressed, as torch.save does.
// Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT. Every offset and length is checked before use.
import type { FileHandle } from 'node:fs/promises';
import { Malformed } from '../failure.ts';
import { readRegion, type Region } from '../regions.ts';

const [END, END_64, LOCATOR_64, ENTRY, LOCAL] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50];
const [END_BYTES, LOCATOR_BYTES, ENTRY_BYTES, LOCAL_BYTES] = [22, 20, 46, 30];
/** The most bytes that a comment at the end of an archive may take. */
const MAX_COMMENT = 0xffff;
/** An archive of one model has about twenty files; with 250 checkpoints it has some thousands. */
const MAX_DIRECTORY_BYTES = 16e6;
const MAX_ENTRIES = 200_000;

interface Entry {
  readonly size: number;
  /** Offset of the header before its bytes. */
  readonly header: number;
}

export class Zip {
  readonly #file: FileHandle;
  readonly #end: number;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: FileHandle, end: number, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#end = end;
    this.#entries = entries;
  }

  /** Reads the directory. Throws Malformed if the file is not an archive, is cut off, or holds compressed files. */
  static async open(file: FileHandle, size: number): Promise<Zip> {
    const tailLength = Math.min(size, END_BYTES + MAX_COMMENT + LOCATOR_BYTES);
    const tail = await readRegion(file, { offset: size - tailLength, length: tailLength });
    const at = findEnd(tail);
    if (at < 0) throw new Malformed('is truncated: it begins like a zip archive but does not end like one');
    let [count, length, offset] = [
      tail.readUInt16LE(at + 10),
      tail.readUInt32LE(at + 12),
      tail.readUInt32LE(at + 16),
    ];
    const locator = at - LOCATOR_BYTES;
    if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_64) {
      const end = Number(tail.readBigUInt64LE(locator + 8));
      if (!(end + 56 <= size)) throw damaged();
      const record = await readRegion(file, { offset: end, length: 56 });
      if (record.readUInt32LE(0) !== END_64) throw damaged();
      [count, length, offset] = [32, 40, 48].map((i) => Number(record.readBigUInt64LE(i))) as [
        number,
        number,
        number,
      ];
    }
    if (!(offset + length <= size) || count > MAX_ENTRIES || length > MAX_DIRECTORY_BYTES) throw damaged();
    const directory = await readRegion(file, { offset, length });
    return new Zip(file, offset, readEntries(directory, count));
  }

  get names(): Iterable<string> {
    return this.#entries.keys();
  }

  /** Where the bytes of the file `name` are; null if there is no such file. */
  async find(name: string): Promise<Region | null> {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    const { header, size } = entry;
    if (!(header + LOCAL_BYTES <= this.#end)) throw damaged();
    const local = await readRegion(this.#file, { offset: header, length: LOCAL_BYTES });
    if (local.readUInt32LE(0) !== LOCAL) throw damaged();
    const offset = header + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
    if (!(offset + size <= this.#end)) throw damaged();
    return { offset, length: size };
  }
}

const damaged = (): Malformed => new Malformed('has a damaged directory of its zip archive');

function findEnd(tail: Buffer): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--)
    if (tail.readUInt32LE(at) === END && at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length)
      return at;
  return -1;
}

function readEntries(directory: Buffer, count: number): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (!(at + ENTRY_BYTES <= directory.length) || directory.readUInt32LE(at) !== ENTRY) throw damaged();
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      directory.readUInt16LE(at + offset),
    );
    const extraAt = at + ENTRY_BYTES + nameLength!;
    const next = extraAt + extraLength! + commentLength!;
    if (next > directory.length) throw damaged();
    const name = directory.toString('utf8', at + ENTRY_BYTES, extraAt);
    if (directory.readUInt16LE(at + 10) !== 0)
      throw new Malformed(`has ${name} compressed in its zip archive (torch.save does not compress)`);
    const extra = directory.subarray(extraAt, extraAt + extraLength!);
    // Numbers that do not fit into 32 bits are in the extra field: size, compressed size, offset, in this order.
    const large = readLarge(extra);
    const number = (offset: number): number => {
      const value = directory.readUInt32LE(at + offset);
      return value === 0xffffffff ? (large.shift() ?? value) : value;
    };
    const size = number(24);
    number(20);
    entries.set(name, { size, header: number(42) });
    at = next;
  }
  return entries;
}

function readLarge(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const [kind, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    const end = Math.min(at + 4 + length, extra.length);
    if (kind === 1)
      return Array.from({ length: Math.floor((end - at - 4) / 8) }, (_, i) =>
        Number(extra.readBigUInt64LE(at + 4 + 8 * i)),
      );
    at += 4 + length;
  }
  return [];
}
