// @ts-check
/**
 * TypeScript for Node: `node --import ./lib/files/typescript.mjs FILE`. Every command, test and bench starts with it;
 * stages start with lib/runner/code/loader.mjs. Each module is translated once and saved under the hash of its text, and
 * packages are left to Node, so a process starts in about half the time that tsx takes. Plain JavaScript, as nothing is
 * loaded before it.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { basename, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOOKS = '#hooks';
const require = module.createRequire(import.meta.url);
const project = fileURLToPath(new URL('../../', import.meta.url));
const kept = new URL('../../node_modules/.cache/modules/', import.meta.url);

/**
 * @param {string} url
 * @param {object} context
 * @param {(url: string, context: object) => unknown} next
 */
export function load(url, context, next) {
  if (!/^file:[^?#]*\.m?ts([?#]|$)/.test(url)) return next(url, context);
  return { format: 'module', source: translate(fileURLToPath(url)), shortCircuit: true };
}

/** @param {string} path */
function translate(path) {
  const text = readFileSync(path, 'utf8');
  const options = {
    loader: 'ts',
    format: 'esm',
    sourcefile: basename(path),
    sourcemap: 'inline',
    sourcesContent: false,
  };
  const of = [require('esbuild/package.json').version, options, text];
  const hash = createHash('sha256').update(JSON.stringify(of)).digest('hex');
  try {
    return readFileSync(new URL(hash, kept), 'utf8');
  } catch {
    const code = transform(path, text, options);
    keep(hash, code);
    return code;
  }
}

/** @param {string} path @param {string} text @param {object} options */
function transform(path, text, options) {
  try {
    return require('esbuild').transformSync(text, options).code;
  } catch (error) {
    const [first] = /** @type {import('esbuild').TransformFailure} */ (error).errors ?? [];
    if (!first?.location) throw error;
    const { line, column } = first.location;
    const wrong = new SyntaxError(`${relative(project, path)}:${line}:${column + 1} ${first.text}`);
    wrong.stack = `${wrong.name}: ${wrong.message}`; // esbuild's stack does not name the file
    throw wrong;
  }
}

/** @param {string} name @param {string} code */
function keep(name, code) {
  const writing = new URL(`${name}-${process.pid}`, kept);
  try {
    mkdirSync(kept, { recursive: true });
    writeFileSync(writing, code);
    renameSync(writing, new URL(name, kept));
  } catch {
    // not saved, so it is translated again next time: this user may have no right to write here
  }
}

function install() {
  try {
    require.resolve('esbuild');
  } catch {
    console.error('The packages of this project are not installed.\nRun: npm ci');
    process.exit(2);
  }
  // Both are of Node 22: before, source maps of packages are read too, and hooks have a thread of their own.
  const { registerHooks, setSourceMapsSupport } = /** @type {any} */ (module);
  if (setSourceMapsSupport) setSourceMapsSupport(true, { nodeModules: false });
  else process.setSourceMapsEnabled(true);
  if (registerHooks) registerHooks({ load });
  else module.register(import.meta.url + HOOKS);
}

if (!import.meta.url.endsWith(HOOKS)) install();
