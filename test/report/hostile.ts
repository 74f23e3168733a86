// A run and sweeps that mean harm: script, styles and addresses wherever an artifact has text, and files of no use.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePairs } from '../../lib/artifacts/dataset.ts';
import { neuronsSummary } from '../../lib/artifacts/neurons.ts';
import { progressSummary } from '../../lib/artifacts/progress.ts';
import { draw } from '../../lib/charts/draw.ts';
import { buildPage } from '../../lib/report/build.ts';
import { collect } from '../../lib/report/collect.ts';
import { composePage } from '../../lib/report/sweeps/write-page.ts';
import { gridRows, splitRows } from '../../lib/task/split.ts';
import { fill } from '../artifacts/fill.ts';

type Say = (line: string) => void;

/** Counts what runs. */
const OWN = 'globalThis.owned = (globalThis.owned ?? 0) + 1';
/** Scripts, handlers, styles and addresses, in every place that markup has for them. */
const MARKUP = `</script></style><img src="x" onerror="${OWN}"><script>${OWN}</script><svg onload="${OWN}"/>`;
/** In summaries that are as they are declared. */
const FILLING = { text: MARKUP, number: 1e9 };
const svgOf = (
  abroad: string,
): string => `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
  width="200" height="100" onload="${OWN}"><title>evil &lt;img src=x onerror=${OWN}&gt;</title><script>${OWN}</script>
  <style>@import url(${abroad}/a.css); body { display: none }</style><image href="${abroad}/b.png" onerror="${OWN}"/>
  <a xlink:href="javascript:${OWN}"><text style="fill:red">x</text></a><use href="${abroad}/c.svg#x"/>
  <animate attributeName="href" values="javascript:${OWN}" onbegin="${OWN}"/><foreignObject width="9" height="9">
  <body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="${OWN}"/><iframe src="${abroad}/d"/></body></foreignObject></svg>`;

/** The one figure that means well. */
export const FIGURE = draw({
  kind: 'heatmap',
  title: 'A map',
  x: { name: 'a', label: 'a', length: 4 },
  y: { name: 'b', label: 'b', length: 4 },
  colour: { name: 'value', signed: true, label: 'value' },
  facets: [{ values: Float64Array.from({ length: 16 }, (_, i) => i - 8) }],
});

const point = (point: string, more: object = {}): object => ({
  point,
  outcome: 'done',
  params: { 'train.seed': 1 },
  fields: { 'train.grokked_epoch': 30, 'train.memorised_epoch': null },
  ...more,
});
const spread = (title: string): object => ({
  title,
  x: {
    label: title,
    ticks: [
      { at: 1, name: title },
      { at: 2, name: '2' },
    ],
  },
  y: { label: title },
  cap: { at: 60, label: title },
  series: [
    {
      name: title,
      runs: [
        { x: 1, y: 30, point: 'one' },
        { x: 2, y: null, point: title },
      ],
    },
  ],
});
const pictures = (title: string): object => ({
  epochs: [spread(title)],
  phases: [
    {
      title,
      x: { label: title, names: [title] },
      y: { label: title, names: [title] },
      phases: [title, 'b', 'c'],
      runs: [{ column: 0, row: 0, phase: 0 }],
    },
  ],
  losses: {
    title,
    x: { label: title },
    y: { label: title },
    colour: { name: title, label: title },
    curves: [
      {
        name: title,
        colour: 1,
        points: [
          [0, 3],
          [60, 0.1],
        ],
      },
    ],
  },
});
const sweepOf = (name: string): object => ({
  yaml: name,
  cap: 60,
  points: [point('one'), point(name, { params: { [`train.${name}`]: name }, fields: { [name]: name } })],
  pictures: pictures(name),
});

/** Sweeps and their page below `folder`; `abroad` is the address of a server from which nothing may be fetched. */
export async function writeHostileSweeps(folder: string, abroad: string, say: Say): Promise<void> {
  const path = (...names: string[]): string => join(folder, ...names);
  const SVG = svgOf(abroad);
  for (const [name, json] of Object.entries({
    good: JSON.stringify(sweepOf('good')),
    'javascript:globalThis.owned=1,': JSON.stringify({ ...sweepOf(MARKUP), name: 'javascript:owned=1' }),
    'no-points': JSON.stringify({ ...sweepOf('x'), points: [] }),
    'bad-pictures': JSON.stringify({
      ...sweepOf('x'),
      pictures: { epochs: 5, phases: [null], losses: 'x' },
    }),
    empty: '',
    object: '{}',
    null: 'null',
    text: '<html>',
  })) {
    await mkdir(path('sweeps', name, 'figures'), { recursive: true });
    await writeFile(path('sweeps', name, 'page.json'), json);
  }
  await mkdir(path('sweeps', 'folder', 'page.json'), { recursive: true });
  await writeFile(path('sweeps/good/figures/map.svg'), FIGURE.svg);
  const evil = 'javascript:globalThis.owned=1,';
  await writeFile(path('sweeps', evil, 'figures', `x" onload="${OWN.replaceAll('/', '')}.svg`), SVG);
  await writeFile(path('sweeps', evil, 'figures', 'javascript:1?#%.svg'), SVG);
  await writeFile(path('sweeps/index.html'), await composePage(path('sweeps'), say));
}

/** Stages and the explorer below `folder`. */
export async function writeHostileRun(folder: string, abroad: string, say: Say): Promise<void> {
  const path = (...names: string[]): string => join(folder, ...names);
  const SVG = svgOf(abroad);
  const needs = Object.fromEntries(
    ['dataset', 'train', 'svd', 'neurons', 'progress', 'logits'].map((stage) => [stage, path(stage)]),
  );
  for (const need of Object.values(needs)) await mkdir(need);
  const task = { p: 53, operation: 'add', train_fraction: 0.5, seed: 12 } as const;
  const isTrain = new Uint8Array(53 * 53);
  for (const row of splitRows(53, 0.5, 12).train) isTrain[row] = 1;
  await writePairs(path('dataset'), task, gridRows(53, 'add'), isTrain);
  const model = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));
  await copyFile(model, path('train/model.safetensors'));
  await writeFile(path('svd/map.svg'), FIGURE.svg);
  await writeFile(path('svd/evil.svg'), SVG);
  await writeFile(path('svd/summary.json'), JSON.stringify({ singular_values_W_E: MARKUP }));
  await writeFile(path('train/summary.json'), JSON.stringify({ memorised_epoch: MARKUP, test_loss: [1] }));
  await writeFile(path('progress/summary.json'), JSON.stringify(fill(progressSummary, FILLING)));
  await writeFile(path('logits/summary.json'), '{ "key_used": [');
  await writeFile(path('neurons/summary.json'), JSON.stringify(fill(neuronsSummary, FILLING)));
  const { data, blocks, flaws } = await collect(needs);
  for (const flaw of flaws) say(flaw);
  const made = { params: { [MARKUP]: MARKUP }, identity: {}, packages: { [MARKUP]: MARKUP } };
  const made_by = { train: { key: MARKUP, node: MARKUP, platform: MARKUP, ...made } };
  await mkdir(path('report'));
  await writeFile(
    path('report/index.html'),
    await buildPage({ ...data, pipeline_yaml: MARKUP, made_by }, blocks),
  );
  await writeFile(path('svd/evil.html'), `<!doctype html><script>${OWN}</script><p>seen`);
}
