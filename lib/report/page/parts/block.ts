// Reads the blocks of data in the page, by id: text, or bytes written as text.
import { fromText } from '../../text-bytes.ts';

export const textBlock = (id: string): string => document.getElementById(id)!.textContent;

export const byteBlock = (id: string): Uint8Array<ArrayBuffer> => fromText(textBlock(id));

/** The bytes of a deflated block, in a buffer of their own. */
export async function inflateBlock(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([byteBlock(id)]).stream();
  const bytes = await new Response(packed.pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer();
  return new Uint8Array(bytes);
}

export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export const floatsOf = (base64: string): Float32Array => new Float32Array(fromBase64(base64).buffer);
