// Whether a page fits a phone and can be read by a screen reader, light and dark. The one door to axe-core.
import assert from 'node:assert/strict';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { settled } from './browser.ts';

/** In the dark only colours differ; what is well is not listed, which takes longest. */
const LOOK_FOR = {
  light: { resultTypes: ['violations'] },
  dark: { resultTypes: ['violations'], runOnly: ['color-contrast'] },
} as const;

/**
 * Fails with what axe finds serious or critical `within` the page, or where the page is wider than a phone. Leaves the page
 * that narrow.
 */
export async function assertReadable(page: Page, within = 'html'): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
    if (colorScheme === 'light') await page.evaluate(axe.source);
    const { violations } = await page.evaluate<AxeResults>(
      `axe.run(${JSON.stringify(within)}, ${JSON.stringify(LOOK_FOR[colorScheme])})`,
    );
    const grave = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
    assert.deepEqual(grave, [], colorScheme);
  }
}
