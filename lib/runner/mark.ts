/**
 * The mark of a cache folder. Nothing is removed from a folder that holds something and that no run has made its cache:
 * `objects/`, `locks/` and `tmp/` may be another program's. The mark is the tag of https://bford.info/cachedir/, by which
 * backup programs leave a cache out, with a line of our own: other programs' caches carry that tag, too.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../files/problem.ts';
import { readText } from '../files/regular-file.ts';
import { shortPath } from '../files/short-path.ts';
import { isTemporary, replaceFile } from '../files/whole-file.ts';

const NAME = 'CACHEDIR.TAG';
const TEXT = `Signature: 8a477f597d28d172789f06886806bc55
# A cache of grokscope: results by key. Whatever is removed here is made again when it is needed.
# About this file: https://bford.info/cachedir/
`;
/** What runs put into the top of a cache; `kernel` is in the default one. */
const OURS = [
  NAME,
  'closures',
  'code',
  'hashes.json',
  'kernel',
  'locks',
  'objects',
  'records',
  'resume',
  'tmp',
];
/** Only ours has these, so a folder with them and nothing foreign is one, of before there was a mark. */
const SIGNS = ['closures', 'kernel'];

/**
 * Makes sure that the folder `root` is a cache, and marks it where it is one without a mark, or empty or missing. Throws
 * a ConfigurationError where it is something else.
 */
export async function markCache(root: string): Promise<void> {
  const tag = join(root, NAME);
  // The names come first: of runs that begin at once on an empty folder, each finds nothing there, or the mark as well.
  const names = (await readdir(root).catch(() => [])).filter((name) => !isTemporary(name));
  if ((await readText(tag).catch(() => '')) === TEXT) return;
  const foreign = names.find((name) => !OURS.includes(name));
  const [culprit] = foreign === undefined && names.some((name) => SIGNS.includes(name)) ? [] : names;
  if (culprit !== undefined)
    throw new ConfigurationError([
      {
        place: '--cache',
        message: `${shortPath(root)} is no cache of this pipeline: it holds ${foreign ?? culprit}`,
        hint: 'give an empty folder, or one that a run has made; or move away what does not belong there',
      },
    ]);
  // Where nothing can be written nothing is removed either; what must write says why it cannot.
  await replaceFile(tag, TEXT).catch(() => {});
}
