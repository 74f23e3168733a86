/**
 * The mark of a cache folder. A folder that holds something and has no mark is not ours, and nothing in it is removed:
 * `objects/`, `locks/` and `tmp/` may be another program's. The mark is the tag of https://bford.info/cachedir/, by which
 * backup programs leave caches out. Other programs' caches carry that tag, too, so ours has a line of its own.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../files/problem.ts';
import { readText } from '../../files/regular-file.ts';
import { shortPath } from '../../files/short-path.ts';
import { isTemporary, replaceFile } from '../../files/whole-file.ts';

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
/** Only a cache of ours has these: with them and nothing foreign, a folder is one from before there was a mark. */
const SIGNS = ['closures', 'kernel'];

/**
 * Makes sure that the folder `root` is a cache of ours. Marks it where it is missing or empty, or was made before there was
 * a mark. Throws a ConfigurationError where it is something else.
 */
export async function markCache(root: string): Promise<void> {
  const tag = join(root, NAME);
  // The names are read before the mark: of runs that begin together on an empty folder, each finds either no names or the
  // mark, too.
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
  // A cache that cannot be written is not harmed either; whoever must write there says why it cannot.
  await replaceFile(tag, TEXT).catch(() => {});
}
