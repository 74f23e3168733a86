// Figures in the dark: what stands on a colour that stays as it is can be read there, too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw } from '../../lib/charts/draw.ts';
import { colourRules } from '../../lib/report/colours.ts';
import { openContext, skip } from './shared-browser.ts';

const heatmap = draw({
  kind: 'heatmap',
  title: 'shares',
  x: { name: 'x', label: 'x', length: 2 },
  y: { name: 'y', label: 'y', length: 1 },
  colour: { name: 'share', label: 'share', signed: false, domain: [0, 1] },
  facets: [{ values: [0.01, 0.99] }],
  numbers: true,
});
const phases = draw({
  kind: 'phase-map',
  title: 'outcomes',
  x: { label: 'x', names: ['1', '2'] },
  y: { label: 'y', names: ['1'] },
  phases: ['never', 'memorises', 'groks'],
  names: { x: 'x', y: 'y' },
  runs: [
    { column: 0, row: 0, phase: 1 },
    { column: 1, row: 0, phase: 2 },
  ],
});

test('the numbers in cells keep their colours in the dark, as the cells do', { skip }, async (t) => {
  const context = await openContext({ width: 900, height: 900 });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setContent(`<style>:root{color-scheme:dark}${colourRules()}</style>${heatmap.svg}${phases.svg}`);
  const fills = await page.evaluate<string[][]>(
    `[...document.querySelectorAll('svg')].map((svg) => [...svg.querySelectorAll('text')]
      .filter((text) => /^0\\.\\d{3}$|^1 of 1$/.test(text.textContent))
      .map((text) => getComputedStyle(text).fill))`,
  );
  assert.deepEqual(fills, [
    ['rgb(255, 255, 255)', 'rgb(0, 0, 0)'],
    ['rgb(0, 0, 0)', 'rgb(0, 0, 0)'],
  ]);
  const title = await page.evaluate(`getComputedStyle(document.querySelector('svg text')).fill`);
  assert.equal(title, 'rgb(233, 233, 228)', 'other letters are light');
});
