import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { encodePng } from '../../lib/charts/parts/png.ts';
import { crc32, decodePng } from './decode-png.ts';

function noise(width: number, height: number) {
  const rgba = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => (i * 2654435761) >>> 24);
  return { width, height, rgba };
}

test('a picture survives encoding and decoding', () => {
  for (const [width, height] of [
    [1, 1],
    [7, 3],
    [113, 113],
  ] as const) {
    const picture = noise(width, height);
    assert.deepEqual(decodePng(encodePng(picture)), picture);
  }
});

test('every scan-line filter is undone', () => {
  const { width, height, rgba } = noise(9, 5);
  const stride = width * 4;
  const at = (y: number, i: number): number => (y < 0 || i < 0 ? 0 : rgba[y * stride + i]!);
  const paeth = (a: number, b: number, c: number): number => {
    const distance = (x: number): number => Math.abs(a + b - c - x);
    return [a, b, c].reduce((best, x) => (distance(x) < distance(best) ? x : best));
  };
  const lines = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    lines[y * (stride + 1)] = y; // filters 0 to 4, one per line
    for (let i = 0; i < stride; i++) {
      const [left, up, corner] = [at(y, i - 4), at(y - 1, i), at(y - 1, i - 4)];
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][y]!;
      lines[y * (stride + 1) + 1 + i] = at(y, i) - predicted;
    }
  }
  const file = encodePng({ width, height, rgba });
  const plain = deflateSync(
    Buffer.concat(
      Array.from({ length: height }, (_, y) =>
        Buffer.concat([Buffer.from([0]), Buffer.from(rgba.subarray(y * stride, (y + 1) * stride))]),
      ),
    ),
    { level: 9 },
  );
  assert.ok(file.includes(plain), 'the encoder writes unfiltered lines');
  assert.deepEqual(decodePng(replaceData(file, deflateSync(lines))).rgba, rgba);
});

/** The file with another IDAT, its length and checksum set by a second encoder: the chunk of a one-line picture. */
function replaceData(file: Buffer, data: Buffer): Buffer {
  const start = file.indexOf('IDAT') - 4;
  const end = start + 12 + file.readUInt32BE(start);
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write('IDAT', 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return Buffer.concat([file.subarray(0, start), chunk, file.subarray(end)]);
}

test('anything but such a picture is refused', () => {
  const file = encodePng(noise(4, 4));
  assert.throws(() => decodePng(file.subarray(1)), /signature/);
  const damaged = Buffer.from(file);
  damaged[file.indexOf('IDAT') + 6]! ^= 1;
  assert.throws(() => decodePng(damaged), /IDAT: checksum/);
});
