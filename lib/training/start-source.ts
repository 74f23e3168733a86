// What `train.start` names, as it is written: `seed`, a model file or a folder with one, or run N of a file with several
// (`FILE#N`).

export type StartSource =
  { readonly kind: 'seed' } | { readonly kind: 'model'; readonly path: string; readonly run: number | null };

export function parseStart(text: string): StartSource {
  if (text === 'seed') return { kind: 'seed' };
  const [, path = text, run] = /^(.+)#(\d{1,9})$/s.exec(text) ?? [];
  return { kind: 'model', path, run: run === undefined ? null : Number(run) };
}
