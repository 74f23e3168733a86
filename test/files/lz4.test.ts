// LZ4 frames against those of the reference implementation (pyarrow.Codec('lz4')), and damaged ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Malformed } from '../../lib/files/failure.ts';
import { decodeLz4 } from '../../lib/files/arrow/lz4.ts';

/** Content, and its frame in base64. */
const FRAMES: Record<string, [Uint8Array, string]> = {
  nothing: [new Uint8Array(0), 'BCJNGGBAggAAAAA='],
  'a repeated word': [Buffer.from('abcabcabc'.repeat(20)), 'BCJNGGBAgg0AAAA/YWJjAwCZUGJjYWJjAAAAAA=='],
  'one byte, a thousand times': [Buffer.alloc(1000, 'x'), 'BCJNGGBAgg4AAAAfeAEA////0lB4eHh4eAAAAAA='],
  'bytes that do not repeat': [
    Uint8Array.from({ length: 40 }, (_, i) => i * 167 + 13 * Math.floor(i / 7) ** 2),
    'BCJNGGBAgigAAIAAp071nEPqnkXskzrhiFb9pEvymUAoz3YdxGsSFLtiCbBX/hrBaA+2AAAAAA==',
  ],
  'literals longer than 15 + 255': [
    Buffer.concat([
      Uint8Array.from({ length: 300 }, (_, i) => i ** 3 * 7 + i * 31 + Math.floor(i ** 2 / 5)),
      Buffer.alloc(50, 'z'),
    ]),
    'BCJNGGBAgjsBAAD//yEAJnYbPwupQwQWotLQx+FHI5/mInweMuNbw0ULQA6eGqx/vY8flyLqGNZOqxe7wVOcxvpiKHd5VztPvrJUzkrz83Odm5i+NirEL5Uf90c6+rCGpjtva1ljtHbS8gAnkWfT/xZCrH7iAwsjdStwbk46XN/tr0/30grINn7LRxtxc0wmKoJY1yl366/u0oQu+hOj0827yB7mSnSPxT8np+oaYObWW5/LCYNk1gISMIdBh4NfRmLc3pIju4OlS6DO/loMPx3Pf1eCKniWrut3eyGT/IZaoog32ZebDx7ytI6qM1Mz/dv4fpZqJO/1X1cHmjoQRgZ7zyu5oxQ2MjJg5/GnM792ggw+QkNr49Vr0C6ueryfTe+vtzJKKPbeC6fb0bOs5orCuJeJt0tvThJ6enoDABdQenp6enoAAAAA',
  ],
  'more than one block': [
    Uint8Array.from({ length: 70_000 }, (_, i) => i >> 15),
    'BCJNGEBAwBABAAAfAAEA//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////9sHwEBAP//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////Z1ABAQEBARwAAAAfAgEA//////////////////////9oUAICAgICAAAAAA==',
  ],
};

for (const [name, [content, frame]] of Object.entries(FRAMES))
  test(`a frame of ${name} is decoded`, () => {
    assert.deepEqual(
      Buffer.from(decodeLz4(Buffer.from(frame, 'base64'), content.length)),
      Buffer.from(content),
    );
  });

test('a damaged frame, or one of another length, is refused or decoded to that length', () => {
  for (const [name, [{ length }, base64]] of Object.entries(FRAMES)) {
    const frame = Buffer.from(base64, 'base64');
    for (const wrong of [length + 1, length - 1, -1, NaN, 2 ** 52])
      assert.throws(() => decodeLz4(frame, wrong), Malformed, `${name}, ${wrong} bytes`);
    for (let cut = 0; cut < frame.length; cut++)
      assert.throws(() => decodeLz4(frame.subarray(0, cut), length), Malformed, `${name} cut at ${cut}`);
    for (let bit = 0; bit < 8 * frame.length; bit += 3) {
      const damaged = Uint8Array.from(frame);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      try {
        assert.equal(decodeLz4(damaged, length).length, length);
      } catch (error) {
        assert.ok(error instanceof Malformed, `${name}, bit ${bit}: ${String(error)}`);
      }
    }
  }
});
