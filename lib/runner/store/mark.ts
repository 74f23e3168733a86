/**
 * The mark of a cache folder. A folder with files but without the mark is not ours, and nothing in it is removed: its
 * `objects/`, `locks/` and `tmp/` may belong to another program. The mark is the tag of https://bford.info/cachedir/,
 * which tells backup programs to skip a cache. Caches of other programs have that tag, too, so ours has a line of its
 * own.
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
/** Names that runs put into a cache; `kernel` is in the default one. */
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
/** Only our caches have these. A folder with them and nothing foreign is a cache from before there was a mark. */
const SIGNS = ['closures', 'kernel'];

/**
 * Makes sure that the folder `root` is a cache of ours. Marks it if it is missing, empty, or from before there was a
 * mark. Throws a ConfigurationError if it is anything else.
 */
export async function markCache(root: string): Promise<void> {
  const tag = join(root, NAME);
  // The names are read before the mark, so that runs that begin together on an empty folder find no names, or names and
  // the mark.
  const names = (await readdir(root).catch(() => [])).filter((name) => !isTemporary(name));
  if ((await readText(tag).catch(() => '')) === TEXT) return;
  const foreign = names.find((name) => !OURS.includes(name));
  const [culprit] = foreign === undefined && names.some((name) => SIGNS.includes(name)) ? [] : names;
  if (culprit !== undefined)
    throw new ConfigurationError([
      {
        place: '--cache',
        message: `${shortPath(root)} is not a cache of this pipeline: it holds ${foreign ?? culprit}`,
        hint: 'give an empty folder, or one that a run has made; or move away what does not belong there',
      },
    ]);
  // If the mark cannot be written, nothing else can be: whoever has to write there will say why.
  await replaceFile(tag, TEXT).catch(() => {});
}
