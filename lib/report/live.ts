// A training seen while it runs: the page, and what the server tells it.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readText } from '../files/regular-file.ts';
import { buildHtml } from './build.ts';

const LIVE = fileURLToPath(new URL('./page/live/main.ts', import.meta.url));

export const buildLive = (): Promise<string> => buildHtml(LIVE, 'grokscope: training', {}, {}, true);

/** Where a training in this folder of artifacts shows itself. */
export const livePath = (artifacts: string): string => join(artifacts, '.runs', 'train', 'live.json');

/** What it shows, as JSON, with its age in seconds; `null` if no training runs. */
export async function readLive(artifacts: string): Promise<string> {
  const path = livePath(artifacts);
  try {
    const [text, { mtimeMs }] = [await readText(path), await stat(path)];
    return JSON.stringify({
      age: Math.max(0, (Date.now() - mtimeMs) / 1000),
      live: JSON.parse(text) as unknown,
    });
  } catch {
    return 'null';
  }
}
