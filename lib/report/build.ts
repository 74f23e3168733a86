// A page as one file with style, script and data inside; it fetches nothing. Script and style are those of page/, bundled.
// The URLs below put those files into the key of the stage that calls this.
import { fileURLToPath } from 'node:url';
import { colourRules } from './colours.ts';
import type { ReportData } from './data.ts';
import { bundleForPage } from './page-bundle.ts';
import { policyOf } from './policy.ts';
import type { SweepData } from './sweeps/data.ts';
import { toText } from './text-bytes.ts';
import { kernelBlocks, scoringBlock } from './workers.ts';

const EXPLORER = fileURLToPath(new URL('./page/explorer/main.ts', import.meta.url));
const SWEEPS = fileURLToPath(new URL('./page/sweeps/main.ts', import.meta.url));
const STYLE = fileURLToPath(new URL('./page/parts/style.css', import.meta.url));

/** Data that a page decodes only when needed, by id. */
export type Blocks = Readonly<Record<string, Uint8Array>>;

/** The explorer as HTML. The same data always give the same bytes. */
export const buildPage = async (data: ReportData, blocks: Blocks): Promise<string> =>
  buildHtml(EXPLORER, `grokscope: ${data.task.operation}, p = ${data.config.p}`, data, {
    ...blocks,
    ...(await scoringBlock()),
    ...(await kernelBlocks()),
  });

/** The page of sweeps as HTML. The same data always give the same bytes. */
export const buildSweepsPage = (data: readonly SweepData[], blocks: Blocks): Promise<string> =>
  buildHtml(SWEEPS, 'grokscope: sweeps', data, blocks);

/** `asks`: whether the page fetches from the server that it came from, and so works only when it is served. */
export async function buildHtml(
  entry: string,
  title: string,
  data: object,
  blocks: Blocks,
  asks = false,
): Promise<string> {
  const outputFiles = await bundleForPage([entry, STYLE], 'utf8');
  const [script, style] = ['.js', '.css'].map(
    (end) => outputFiles.find(({ path }) => path.endsWith(end))!.text,
  ) as [string, string];
  const [code, sheet] = [script.replaceAll('</script', '<\\/script'), colourRules() + style];
  const block = (id: string, type: string, text: string): string =>
    `<script type="${type}" id="${id}">${text}</script>`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${policyOf(code, sheet, asks)}">`,
    '<link rel="icon" href="data:,">',
    `<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>`,
    `<style>${sheet}</style>`,
    '<header><b>grokscope</b><nav aria-label="Sections"></nav></header>',
    '<main><p>This page needs JavaScript.</p></main>',
    block('data', 'application/json', JSON.stringify(data).replaceAll('<', '\\u003c')),
    ...Object.entries(blocks).map(([id, bytes]) => block(id, 'application/octet-stream', toText(bytes))),
    `<script>${code}</script>`,
    '</html>',
    '',
  ].join('\n');
}
