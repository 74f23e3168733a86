/**
 * What a module reaches: packages, and files that it names by `new URL('...', import.meta.url)`,
 * `import.meta.resolve('...')` or `createRequire(import.meta.url)('...')`. Any other use of these, and
 * `import(variable)`, is refused, as the key could not tell which file is read. An import is refused, too, if
 * package.json or tsconfig.json decides which file it means. The search reads the text that runs, which has no
 * comments.
 */
import type { Metafile } from 'esbuild';
import { stat } from 'node:fs/promises';
import { isBuiltin, SourceMap } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Failure } from '../../files/failure.ts';
import type { Text } from './texts.ts';

export interface Reach {
  /** Named files, relative to the root with forward slashes. */
  readonly files: readonly string[];
  /** Names of packages. */
  readonly packages: readonly string[];
}

/** An import as esbuild resolved it. */
type Import = Metafile['inputs'][string]['imports'][number];

const LITERAL = String.raw`("[^"\\]*"|'[^'\\]*'|${'`'}[^${'`'}\\$]*${'`'})`;
const SEEN = new RegExp(
  [
    String.raw`new URL\(${LITERAL},import\.meta\.url\)`,
    String.raw`import\.meta\.resolve\(${LITERAL}\)`,
    String.raw`createRequire\(import\.meta\.url\)(\.resolve)?\(${LITERAL}\)`,
    String.raw`(?<![.\w$])import\(${LITERAL}[,)]`,
  ].join('|'),
  'g',
);
const HIDDEN = new RegExp(
  [
    String.raw`new URL\([^()]*,import\.meta\.url\)`,
    String.raw`import\.meta(?:\.resolve\([^()]*\)|\.\w+)?`,
    String.raw`(?<![.\w$])import\([^)]*\)?`,
    String.raw`createRequire(?:\(| as )[^;]*`,
    String.raw`\beval:true\b`,
  ].join('|'),
);
const PLAIN = 'write the path as a plain string, so that a change of the file is seen';
/** How a refused call begins, and what to write instead. */
const REMEDIES: readonly [RegExp, string][] = [
  [/^import\(|^new URL|resolve\(/, PLAIN],
  [/^createRequire/, "write createRequire(import.meta.url)('...') with a plain string, or an import"],
  [/^eval/, "start the thread from a file: new Worker(new URL('./file.ts', import.meta.url))"],
  [/^/, "name the file by new URL('./file', import.meta.url), so that a change of it is seen"],
];
const CODE = /\.[cm]?[jt]s$/;
const COMMON = /\.c[jt]s$/;

/**
 * What the module at `path` reaches apart from the modules that it imports. Throws a Failure with the place if the code
 * alone does not say which file that is.
 */
export async function findReach(
  root: string,
  path: string,
  text: Text,
  imports: readonly Import[],
): Promise<Reach> {
  const files: string[] = [];
  const names = imports.flatMap((each) => checkImport(root, path, text, each));
  const named: [call: string, index: number, specifier: string][] = [];
  const rest = text.code.replace(SEEN, (call: string, ...groups: (string | number | undefined)[]) => {
    const [url, resolved, isResolve, required] = groups.slice(0, 4) as (string | undefined)[];
    const index = groups.at(-2) as number;
    const specifier = (url ?? resolved ?? required)?.slice(1, -1);
    const isPath = url !== undefined || /^(\.{0,2}\/|file:)/.test(specifier ?? '');
    if (specifier !== undefined && !isPath) names.push(specifier);
    if (specifier !== undefined && isPath) {
      if (required !== undefined && isResolve === undefined && CODE.test(specifier))
        refuse(path, text, index, `'${specifier}' is CommonJS`, 'make it an ES module, and import it');
      named.push([call, index, specifier]);
    }
    return ' '.repeat(call.length);
  });
  const hidden = HIDDEN.exec(rest);
  if (hidden) {
    const [call] = hidden;
    const remedy = REMEDIES.find(([start]) => start.test(call))![1];
    refuse(path, text, hidden.index, `${spaced(call)} hides which file it reaches`, remedy);
  }
  for (const [call, index, specifier] of named) {
    const found = fileURLToPath(new URL(specifier, pathToFileURL(join(root, path))));
    const file = relative(root, found).split(sep).join('/');
    if (/^\.[^./]/.test(file)) continue; // a place to write to, such as .cache/
    if (found.endsWith(sep) || (await stat(found).catch(() => null))?.isDirectory())
      refuse(path, text, index, `${spaced(call)} hides which files of the folder are read`, 'name each file');
    files.push(file);
  }
  return { files, packages: names.map(packageName).filter((name) => name !== '') };
}

/** The package that is imported, if any. Throws a Failure if the code alone does not say what is imported. */
function checkImport(
  root: string,
  path: string,
  text: Text,
  { original, path: target, external }: Import,
): string[] {
  const specifier = original ?? target;
  const refuseThis = (message: string, remedy: string): never =>
    refuse(path, text, text.code.indexOf(JSON.stringify(specifier)), `'${specifier}' ${message}`, remedy);
  if (specifier.startsWith('#')) refuseThis('means what package.json says', 'import the file by its path');
  if (external) return [specifier];
  if (COMMON.test(target)) refuseThis('is CommonJS', 'make it an ES module');
  const meant = new URL(specifier, pathToFileURL(join(root, path)));
  if (!/^\.{1,2}\//.test(specifier) || fileURLToPath(meant) !== join(root, target))
    refuseThis(`is found at ${target}`, 'import the file by its own, whole, relative path');
  return [];
}

function refuse(path: string, { code, map }: Text, index: number, message: string, remedy: string): never {
  const before = code.slice(0, Math.max(0, index)).split('\n');
  const lines = new SourceMap(JSON.parse(map) as ConstructorParameters<typeof SourceMap>[0]);
  const entry = lines.findEntry(before.length - 1, before.at(-1)!.length);
  const line = 'originalLine' in entry ? entry.originalLine + 1 : 1;
  throw new Failure(`${path}:${line} ${message}`, remedy);
}

/** A call with spaces and quotes as people write them, shortened. */
const spaced = (call: string): string =>
  call.replace(',import.meta.url', ', import.meta.url').replaceAll('"', "'").slice(0, 100);

/** `d3-array/src/sum.js` -> `d3-array`; empty for a module of Node. */
function packageName(specifier: string): string {
  if (specifier.startsWith('node:') || isBuiltin(specifier)) return '';
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
