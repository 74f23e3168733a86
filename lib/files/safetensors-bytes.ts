// The bytes of a safetensors file of float32 tensors. Uses nothing of Node, as a page saves its model with it.
// Format: https://github.com/huggingface/safetensors#format.
import type { Tensor } from './tensor.ts';

/** The file in consecutive pieces. The same tensors and metadata give the same bytes. */
export function safetensorsPieces(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer>[] {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    const data_offsets = [offset, (offset += data.byteLength)];
    return [name, { dtype: 'F32', shape, data_offsets }] as const;
  });
  const json = new TextEncoder().encode(
    JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }),
  );
  // Spaces round the header up to 8 bytes, so that a mapped file has aligned tensors.
  const padding = new Uint8Array(-json.length & 7).fill(0x20);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length + padding.length), true);
  const body = Object.values(tensors).map(
    ({ data }) => new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  );
  return [length, json, padding, ...body];
}
