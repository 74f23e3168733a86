/** The folders of --artifacts and --cache, checked before anything is written there. */
import { join, relative, resolve, sep } from 'node:path';
import { ConfigurationError, type Problem } from '../../files/problem.ts';
import type { Pipeline } from './stage-definition.ts';

/** Absolute paths. Throws a ConfigurationError if files of the project, of stages and of the cache would mix. */
export function findRoots(
  given: { readonly artifacts: string | null; readonly cache: string | null },
  { root, stages }: Pick<Pipeline, 'root' | 'stages'>,
): { artifacts: string; cache: string } {
  const artifacts = resolve(given.artifacts ?? join(root, 'artifacts'));
  const cache = resolve(given.cache ?? join(root, '.cache'));
  const problems: Problem[] = [];
  const refuse = (place: string, message: string): void => void problems.push({ place, message });
  for (const [place, folder] of [
    ['--artifacts', artifacts],
    ['--cache', cache],
  ] as const) {
    if (contains(folder, root)) refuse(place, `${folder} holds the project itself: give a folder of its own`);
    for (const code of ['commands', 'stages', 'lib', 'node_modules', '.git'])
      if (contains(join(root, code), folder))
        refuse(place, `${folder} lies in ${code}/: give a folder of its own`);
  }
  if (contains(cache, artifacts)) refuse('--artifacts', `${artifacts} lies in the cache ${cache}`);
  for (const stage of [...stages.keys(), '.runs'])
    if (contains(join(artifacts, stage), cache)) refuse('--cache', `${cache} lies in the folder of ${stage}`);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { artifacts, cache };
}

/** Whether `inner` is `outer` or lies inside it. */
export function contains(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`));
}
