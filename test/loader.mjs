// @ts-check
// TypeScript for the processes of a test run. `tsx` sees every module of every package, which is most of a start; this
// hands out texts whose types are blanked out, made once for each content and kept in the folder GROKSCOPE_TEXTS. Lines
// and columns stay what they are in the file.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOOKS = '#hooks';
const TYPESCRIPT = /^(file:(?!.*\/node_modules\/).*\.[cm]?ts)([?#]|$)/;
const folder = process.env['GROKSCOPE_TEXTS'] ?? '';

/**
 * @param {string} url
 * @param {object} context
 * @param {(url: string, context: object) => unknown} next
 */
export function load(url, context, next) {
  const file = TYPESCRIPT.exec(url)?.[1];
  if (file === undefined) return next(url, context);
  return { format: 'module', source: readJavaScript(fileURLToPath(file)), shortCircuit: true };
}

/** @param {string} path */
export function readJavaScript(path) {
  const source = readFileSync(path, 'utf8');
  const kept = join(folder, createHash('sha256').update(source).digest('hex'));
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const { default: blank } = module.createRequire(import.meta.url)('ts-blank-space');
    const text = blank(source);
    try {
      writeFileSync(`${kept}.${process.pid}`, text);
      renameSync(`${kept}.${process.pid}`, kept);
    } catch {
      // A test that runs as another user may not write there.
    }
    return text;
  }
}

if (!import.meta.url.endsWith(HOOKS)) {
  const { registerHooks } = /** @type {any} */ (module); // since Node 22.15; before, hooks have a thread of their own
  if (registerHooks) registerHooks({ load });
  else module.register(import.meta.url + HOOKS);
}
