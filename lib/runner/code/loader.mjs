// @ts-check
/**
 * Loads the modules of the project in a stage process, its threads and its child processes. They come from the cache, as
 * the texts that the key of the stage names: an edit of a file has no effect on a stage that runs. `import.meta.url`
 * still names the file. Started as `node --import loader.mjs?MANIFEST`. Plain JavaScript, as nothing is loaded before it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import module, { SourceMap } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

/** @typedef {{ url: string, format?: string | null, shortCircuit?: boolean, source?: string }} Found */

const HOOKS = '#hooks';
const PATH = /^(\.{0,2}\/|file:)/;
const manifest = decodeURIComponent(new URL(import.meta.url).search.slice(1));
/** @type {{ root: string, files: Record<string, string> }} `files`: path in the project -> SHA-256 of its text */
const { root, files } = JSON.parse(readFileSync(manifest, 'utf8'));
const projectUrl = pathToFileURL(join(root, '/')).href;
const hashes = new Map(
  Object.entries(files).map(([path, hash]) => [pathToFileURL(join(root, path)).href, hash]),
);

/** @param {string} url */
const withoutQuery = (url) => url.replace(/[?#].*$/, '');

/**
 * @param {string} specifier
 * @param {{ parentURL?: string, conditions?: string[] }} context
 * @param {(specifier: string, context: object) => Found | Promise<Found>} next
 * @returns {Found | Promise<Found>}
 */
export function resolve(specifier, context, next) {
  const { parentURL, conditions = [] } = context;
  if (PATH.test(specifier) && URL.canParse(specifier, parentURL)) {
    const { href: url } = new URL(specifier, parentURL);
    if (hashes.has(withoutQuery(url))) return { url, format: formatOf(url), shortCircuit: true };
  }
  const found = next(specifier, context);
  if (!conditions.includes('import')) return found;
  return found instanceof Promise ? found.then(refuseUnseen) : refuseUnseen(found);
}

/** @param {Found} found */
function refuseUnseen(found) {
  if (!found.url.startsWith(projectUrl) || found.url.includes('/node_modules/')) return found;
  const path = decodeURIComponent(found.url.slice(projectUrl.length));
  throw new Error(
    `${path} is imported in a way that the key of the stage does not see: name it by a plain string`,
  );
}

/**
 * @param {string} url
 * @param {object} context
 * @param {(url: string, context: object) => unknown} next
 */
export function load(url, context, next) {
  const hash = hashes.get(withoutQuery(url));
  if (hash === undefined) return next(url, context);
  const source = readFileSync(textOf(hash), 'utf8');
  if (createHash('sha256').update(source).digest('hex') !== hash)
    throw new Error(`${textOf(hash)} is damaged`);
  return { format: formatOf(url), source, shortCircuit: true };
}

/** @param {string} url */
const formatOf = (url) => (withoutQuery(url).endsWith('.json') ? 'json' : 'module');

/** @param {string} hash */
const textOf = (hash) => join(dirname(manifest), hash);

/** @type {Map<string, SourceMap | null>} */
const maps = new Map();

/** @param {string} url */
function mapOf(url) {
  const hash = hashes.get(withoutQuery(url));
  if (hash === undefined) return null;
  if (!maps.has(hash))
    try {
      maps.set(hash, new SourceMap(JSON.parse(readFileSync(`${textOf(hash)}.map`, 'utf8'))));
    } catch {
      maps.set(hash, null); // without a map, stack traces show lines of the text
    }
  return maps.get(hash);
}

/** `at f (file:///.../a.ts:1:90)` with line and column of the file, not of the text. @param {NodeJS.CallSite} site */
function describeSite(site) {
  const text = String(site);
  const [url, line, column] = [
    site.getFileName() ?? '',
    site.getLineNumber() ?? 1,
    site.getColumnNumber() ?? 1,
  ];
  const entry = /** @type {any} */ (mapOf(url)?.findEntry(line - 1, column - 1));
  if (entry?.originalLine === undefined) return text;
  return text.replace(
    `${url}:${line}:${column}`,
    `${url}:${entry.originalLine + 1}:${entry.originalColumn + 1}`,
  );
}

function install() {
  // Node's own support would read the source maps of all packages, too.
  Error.prepareStackTrace = (error, sites) =>
    [String(error), ...sites.map((site) => `    at ${describeSite(site)}`)].join('\n');
  if (isMainThread)
    process.on('uncaughtException', (error) => {
      console.error(error); // Node itself would print a line of the text above the error
      process.exit(1);
    });
  const { registerHooks } = /** @type {any} */ (module); // since Node 22.15; before, hooks have a thread of their own
  if (registerHooks) registerHooks({ resolve, load });
  else module.register(import.meta.url + HOOKS);
}

if (!import.meta.url.endsWith(HOOKS)) install();
