/**
 * artifacts/sweeps/index.html, one page of all sweeps. What it shows of a sweep is in page.json in the folder of that
 * sweep, so that each sweep can run, and run again, without the others.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Failure } from '../../files/failure.ts';
import { shortPath } from '../../files/short-path.ts';
import { replaceFile } from '../../files/whole-file.ts';
import type { Row } from '../../sweep/results.ts';
import type { Sweep } from '../../sweep/sweep.ts';
import { buildSweepsPage } from '../build.ts';
import { readFigures, titleOf } from '../figure-files.ts';
import { capOf } from './axes.ts';
import type { Pictures, SweepData } from './data.ts';
import { readPageFile } from './page-file.ts';

/** How many samples each curve on the page has: all together are at most a few hundred kilobytes. */
const samplesOf = (curves: number): number => Math.max(30, Math.min(150, Math.floor(12_000 / curves)));

/** Writes page.json of the sweep in `folder`, and the page of all sweeps beside it. */
export async function writePage(
  folder: string,
  sweep: Sweep,
  rows: readonly Row[],
  pictures: Pictures | null,
  say: (line: string) => void,
): Promise<void> {
  const { yaml } = sweep;
  const points = rows.map(({ point, outcome, params, fields }) => ({ point, outcome, params, fields }));
  const cap = pictures ? capOf(sweep) : null;
  const data = { yaml, cap, points, pictures: pictures && thin(pictures) };
  await replaceFile(join(folder, 'page.json'), JSON.stringify(data));
  await replaceFile(join(dirname(folder), 'index.html'), await composePage(dirname(folder), say));
}

/** The page of the sweeps in `folder` as HTML. Leaves out sweeps with a bad page.json, with a line to `say` for each. */
export async function composePage(folder: string, say: (line: string) => void): Promise<string> {
  const sweeps: SweepData[] = [];
  const blocks: Record<string, Uint8Array> = {};
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name, 'page.json');
    if (!existsSync(path)) continue;
    const data = await readPageFile(path).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      say(`${error.message}: left out of the page; npm run sweep -- ${name} makes it again`);
      return null;
    });
    if (!data) continue;
    const figures = [];
    for (const { file, svg } of await readFigures(join(folder, name, 'figures'))) {
      const block = `figure-${Object.keys(blocks).length}`;
      blocks[block] = gzipSync(svg, { level: 9 });
      figures.push({ name: file.slice(0, -'.svg'.length), title: titleOf(svg) ?? file, block });
    }
    const { yaml, cap = null, points, pictures = null } = data;
    sweeps.push({ name, folder: shortPath(join(folder, name)), yaml, cap, points, pictures, figures });
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
