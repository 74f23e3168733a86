// Blocks of data in the page: text or base64, by id.

/** The text of a block. */
export const blockOf = (id: string): string => document.getElementById(id)!.textContent.trim();

export function decodeBytes(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export const decodeFloats = (base64: string): Float32Array => new Float32Array(decodeBytes(base64).buffer);
