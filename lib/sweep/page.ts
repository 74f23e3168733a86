/**
 * artifacts/sweeps/index.html, one page of every sweep that is there. What it shows of a sweep stands in the sweep's own
 * folder, page.json, so that each sweep can be made, and made again, without the others.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSweepsPage } from '../report/page.ts';
import type { Pictures, SweepData } from '../report/sweep-data.ts';
import { capOf } from './axes.ts';
import type { Sweep } from './definition.ts';
import type { Row } from './results.ts';

/** Samples of a curve on the page, by the number of curves: together a few hundred kilobytes at most. */
const samplesOf = (curves: number): number => Math.max(30, Math.min(150, Math.floor(12_000 / curves)));

/** Writes page.json of the sweep in `folder`, and the page of all sweeps beside it. */
export async function writePage(
  folder: string,
  sweep: Sweep,
  rows: readonly Row[],
  pictures: Pictures | null,
): Promise<void> {
  const { name, yaml } = sweep;
  const points = rows.map(({ point, outcome, params, fields }) => ({ point, outcome, params, fields }));
  const cap = pictures ? capOf(sweep) : null;
  const data = { name, yaml, cap, points, pictures: pictures && thin(pictures) };
  await replace(join(folder, 'page.json'), JSON.stringify(data));
  await replace(join(dirname(folder), 'index.html'), await composePage(dirname(folder)));
}

async function composePage(folder: string): Promise<string> {
  const sweeps: SweepData[] = [];
  const blocks: Record<string, Uint8Array> = {};
  for (const name of (await readdir(folder)).sort()) {
    if (!existsSync(join(folder, name, 'page.json'))) continue;
    const data = JSON.parse(await readFile(join(folder, name, 'page.json'), 'utf8')) as SweepData;
    const figures = [];
    for (const file of await readdir(join(folder, name, 'figures')).catch(() => [])) {
      if (!file.endsWith('.svg')) continue;
      const svg = await readFile(join(folder, name, 'figures', file));
      const title = /<title>([^<]*)<\/title>/.exec(svg.toString('utf8'))?.[1] ?? file;
      const block = `figure-${Object.keys(blocks).length}`;
      blocks[block] = gzipSync(svg, { level: 9 });
      figures.push({ name: file.slice(0, -'.svg'.length), title, block });
    }
    sweeps.push({ ...data, figures });
  }
  return buildSweepsPage(sweeps, blocks);
}

function thin({ losses, ...others }: Pictures): Pictures {
  const most = samplesOf(losses.curves.length);
  const curves = losses.curves.map(({ points, ...curve }) => {
    const stride = Math.ceil(points.length / most);
    const kept = points.filter((_, i) => i % stride === 0 || i === points.length - 1);
    return { ...curve, points: kept.map(([x, y]) => [x, Number(y.toPrecision(4))] as const) };
  });
  return { ...others, losses: { ...losses, curves } };
}

/** Whole or not at all: someone may be reading the one before. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${process.pid}.page`);
  await writeFile(temporary, text);
  await rename(temporary, path);
}
