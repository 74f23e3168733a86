// Regions of a binary file. Each read and each write is done whole or fails.
import type { FileHandle } from 'node:fs/promises';
import { Malformed } from './failure.ts';

/** Bytes `offset` to `offset + length` of a file. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

/** Reads regions of the file into new memory, one after the other. */
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

/** Appends the pieces to what was written so far, without joining them first. */
export async function writePieces(file: FileHandle, pieces: Uint8Array[]): Promise<void> {
  const { bytesWritten } = await file.writev(pieces);
  const total = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  // The write stopped short. Writing the rest succeeds or gives the reason.
  if (bytesWritten < total) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}
