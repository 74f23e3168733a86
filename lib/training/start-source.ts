// Parses `train.start`: `seed`, a model file or a folder with one, run N of a file with several (`FILE#N`), or the state of
// another run after the step of an epoch (`RUN@EPOCH`, such as artifacts/train@9000).
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export type StartSource =
  | { readonly kind: 'seed' }
  | { readonly kind: 'model'; readonly path: string; readonly run: number | null }
  | { readonly kind: 'state'; readonly folder: string; readonly epoch: number };

export function parseStart(text: string): StartSource {
  if (text === 'seed') return { kind: 'seed' };
  const [, path = text, sign, number = ''] = /^(.+)([#@])(\d{1,9})$/s.exec(text) ?? [];
  if (sign === '@') return { kind: 'state', folder: path, epoch: Number(number) };
  return { kind: 'model', path, run: sign === '#' ? Number(number) : null };
}

/** The model that a text names where only a model is allowed. */
export function modelIn(text: string): { readonly path: string; readonly run: number | null } {
  const source = parseStart(text);
  return source.kind === 'model' ? source : { path: text, run: null };
}

/** Where a run keeps its state after the step of an epoch, within its folder. */
export const stateFile = (epoch: number): string => join('states', `${epoch}.safetensors`);

/** What a start must name if there is no state at `path`, with the nearest states that exist. */
export async function nearestStates(path: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => []);
  const epochs = names.flatMap((name) => /^(\d+)\.safetensors$/.exec(name)?.[1] ?? []).map(Number);
  const wanted = Number.parseInt(basename(path), 10);
  const sorted = epochs.sort((x, y) => x - y);
  const nearest = [sorted.findLast((epoch) => epoch < wanted), sorted.find((epoch) => epoch > wanted)];
  const found = nearest.filter((epoch) => epoch !== undefined).join(' and ');
  return found === ''
    ? 'a state that a run has kept (it has none)'
    : `a state that the run has kept (nearest: ${found})`;
}
