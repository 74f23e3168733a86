// Stretches of a binary file: read whole or not at all, written whole or not at all.
import type { FileHandle } from 'node:fs/promises';
import { Malformed } from './failure.ts';

/** Bytes `offset` to `offset + length` of a file. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

/** Reads stretches of the file one behind the other into new memory. */
export async function readRegions(
  file: FileHandle,
  regions: readonly Region[],
): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(regions.reduce((sum, { length }) => sum + length, 0)));
  let start = 0;
  const parts = regions.map(({ offset, length }) => ({
    offset,
    part: bytes.subarray(start, (start += length)),
  }));
  await Promise.all(
    parts.map(async ({ offset, part }) => {
      for (let done = 0; done < part.length;) {
        const { bytesRead } = await file.read(part, done, part.length - done, offset + done);
        if (bytesRead === 0) throw new Malformed('became shorter while it was read');
        done += bytesRead;
      }
    }),
  );
  return bytes;
}

export const readRegion = (file: FileHandle, region: Region): Promise<Buffer<ArrayBuffer>> =>
  readRegions(file, [region]);

/** Writes the pieces one behind the other at the end of what was written so far, without joining them first. */
export async function writePieces(file: FileHandle, pieces: Uint8Array[]): Promise<void> {
  const { bytesWritten } = await file.writev(pieces);
  const total = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  // The rest of a write that stopped short: writing it again gives the reason.
  if (bytesWritten < total) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}
