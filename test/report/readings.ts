// What the charts and grids of a page tell: of each, the words for the place that an arrow key leads to, and those for a
// pointer over that place.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

interface Reading {
  readonly of: string;
  readonly by_key: string | null;
  readonly by_pointer: string | null;
  /** How many readouts there are once the pointer has left. */
  readonly left: number;
}

/** In the page, for all at once: a real pointer would have to scroll to each. */
const READ = `[...document.querySelectorAll('.chart, .raster, .circle')].map((element) => {
  const words = () => element.querySelector('.reading span')?.textContent ?? null;
  element.focus();
  element.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
  const by_key = words();
  const mark = element.querySelector('.reading i');
  const at = (side) => parseFloat(mark?.style[side] ?? '0') + element.getBoundingClientRect()[side];
  const place = { clientX: at('left'), clientY: at('top'), pointerType: 'mouse', bubbles: true };
  element.blur();
  element.dispatchEvent(new PointerEvent('pointermove', place));
  const by_pointer = words();
  element.dispatchEvent(new PointerEvent('pointerleave', { pointerType: 'mouse' }));
  return { of: element.getAttribute('aria-label'), by_key, by_pointer, left: document.querySelectorAll('.reading').length };
})`;

/**
 * Fails if one of the charts, of which there are at least so many, does not tell a value and its place, by keys and by pointer
 * the same. Leaves the first of them with its readout shown.
 */
export async function assertTold(page: Page, least: number): Promise<string[]> {
  const readings = await page.evaluate<Reading[]>(READ);
  assert.ok(readings.length >= least, `${readings.length} charts and grids`);
  for (const { of, by_key, by_pointer, left } of readings) {
    assert.match(by_key ?? '', /^[^:]+: .*\d/, `${of}`);
    assert.equal(by_pointer, by_key, `${of}`);
    assert.equal(left, 0, `${of}`);
  }
  await page.evaluate(`document.querySelector('.chart, .raster, .circle').focus()`);
  assert.equal(await page.locator('.reading').count(), 1);
  return readings.map(({ by_key }) => by_key!);
}
