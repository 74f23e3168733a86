// The browser of the tests of pages, one for all test files of a process: opened at its first use, closed after all tests.
import { after } from 'node:test';
import type { Browser, BrowserContext, ViewportSize } from 'playwright-core';
import { findChromium, openBrowser } from './browser.ts';

const chromium = findChromium();

/** Why tests of pages are left out here; false where they are not. */
export const skip = chromium
  ? false
  : 'no Chromium on this machine: apt-get install chromium, or set GROKSCOPE_CHROMIUM';

let browser: Promise<Browser> | null = null;
after(async () => (await browser)?.close());

/** Pages with a storage of their own; closing the context closes them. */
export async function openContext(viewport: ViewportSize): Promise<BrowserContext> {
  browser ??= openBrowser(chromium!);
  return (await browser).newContext({ viewport });
}
