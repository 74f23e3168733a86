/**
 * A file of artifacts/ as named parts that can be compared: columns of an Arrow file, tensors of a model, leaves of JSON,
 * data of a page. Numbers are arrays of numbers; what is compared as it stands is text.
 */
import { readFile } from 'node:fs/promises';
import { describeType, readArrow } from '../../lib/files/arrow.ts';
import { readSafetensors } from '../../lib/files/safetensors.ts';

export type Part = ArrayLike<number> | string;
export type Parts = ReadonlyMap<string, Part>;

/** Null for a file that has no parts: it is equal byte by byte, or it is not. */
export async function readParts(path: string): Promise<Parts | null> {
  const extension = /\.([^./]+)$/.exec(path)?.[1];
  if (extension === 'arrow') return new Map(await arrowParts(path));
  if (extension === 'safetensors') return new Map(await modelParts(path));
  if (extension === 'json') return new Map(leaves('', JSON.parse(await readFile(path, 'utf8'))));
  if (extension === 'html') return new Map(pageParts(await readFile(path, 'utf8')));
  return null;
}

type Entry = [name: string, part: Part];

async function arrowParts(path: string): Promise<Entry[]> {
  const { schema, columns } = await readArrow(path);
  return Object.entries(columns)
    .flatMap(([name, values]): Entry[] => [
      [`type of column ${name}`, describeType(schema.columns[name]!)],
      [`column ${name}`, typeof values[0] === 'string' ? JSON.stringify(values) : (values as Float64Array)],
    ])
    .concat(leaves('metadata', schema.metadata));
}

async function modelParts(path: string): Promise<Entry[]> {
  const { tensors, metadata } = await readSafetensors(path);
  return Object.entries(tensors)
    .flatMap(([name, { shape, data }]): Entry[] => [
      [`shape of ${name}`, shape.join()],
      [name, data],
    ])
    .concat(leaves('metadata', metadata));
}

/** What stands in a page's blocks of data, and `page`: all the rest. */
function pageParts(html: string): Entry[] {
  const blocks = [...html.matchAll(/<script type="([^"]+)" id="([^"]+)">(.*?)<\/script>/gs)];
  const rest = blocks.reduce((text, [block]) => text.replace(block, () => ''), html);
  const parts = blocks.flatMap(([, type, id, text]) =>
    type === 'application/json' ? leaves(id!, JSON.parse(text!)) : [[id!, text!] satisfies Entry],
  );
  return [['page', rest], ...parts];
}

/** Numbers and words by their paths; a table's column, which is base64 of float32, as numbers. */
function leaves(path: string, value: unknown): Entry[] {
  if (typeof value === 'number') return [[path, [value]]];
  if (typeof value === 'string' && /\.columns\.[^.]+$/.test(path)) return [[path, decodeFloats(value)]];
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  return Object.entries(value).flatMap(([key, each]) => leaves(at(key), each));
}

function decodeFloats(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}
