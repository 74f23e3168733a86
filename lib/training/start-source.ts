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
  const run = dirname(dirname(path));
  const sorted = await epochsIn(run);
  if (sorted.length === 0) return `a state that a run has kept (${await whyNone(run)})`;
  const wanted = Number.parseInt(basename(path), 10);
  const nearest = [sorted.findLast((epoch) => epoch < wanted), sorted.find((epoch) => epoch > wanted)];
  return `a state that the run has kept (nearest: ${nearest.filter((epoch) => epoch !== undefined).join(' and ')})`;
}

/** Of the states that a run has kept, ascending. */
async function epochsIn(run: string): Promise<number[]> {
  const names = await readdir(dirname(join(run, stateFile(0)))).catch(() => []);
  const epochs = names.flatMap((name) => /^(\d+)\.safetensors$/.exec(name)?.[1] ?? []).map(Number);
  return epochs.sort((x, y) => x - y);
}

async function whyNone(run: string): Promise<string> {
  const files = await readdir(run).catch(() => null);
  if (!files) return `there is no folder ${run}`;
  const train = join(run, 'train');
  const [epoch] = await epochsIn(train);
  return epoch === undefined ? `${run} has none` : `here they are in ${train}, as in ${train}@${epoch}`;
}

/** What a start must be if it names neither a state nor a model that exists. */
export const anyStart = (): Promise<string> =>
  Promise.resolve(
    'seed, a model file, a folder with model.safetensors, or RUN@EPOCH with the number of an epoch',
  );

/** The state that a file is, as a start names it; null if it is none. */
export function stateIn(path: string): string | null {
  const epoch = /^(\d+)\.safetensors$/.exec(basename(path))?.[1];
  const isKept = epoch !== undefined && basename(dirname(path)) === 'states';
  return isKept ? `${dirname(dirname(path))}@${epoch}` : null;
}
