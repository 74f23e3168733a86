// The browser of the tests of pages, one for all test files of a process: opened at its first use, closed when no test uses it.
import type { Browser, BrowserContext, ViewportSize } from 'playwright-core';
import { findChromium, openBrowser } from './browser.ts';

const chromium = findChromium();

/** Why tests of pages are left out here; false where they are not. */
export const skip = chromium
  ? false
  : 'no Chromium on this machine: apt-get install chromium, or set GROKSCOPE_CHROMIUM';

let browser: Promise<Browser> | null = null;
let contexts = 0;
let idle: NodeJS.Timeout | undefined;

/** Long enough for the next test to begin, and to run its stages first: starting a browser costs as much as a page. */
const IDLE_MS = 10_000;

/** Pages with a storage of their own; closing the context closes them. */
export async function openContext(viewport: ViewportSize): Promise<BrowserContext> {
  clearTimeout(idle);
  contexts++;
  browser ??= openBrowser(chromium!);
  const context = await (await browser).newContext({ viewport });
  context.on('close', () => {
    contexts--;
    if (contexts === 0) idle = setTimeout(() => void closeBrowser(), IDLE_MS);
  });
  return context;
}

/**
 * Not by a hook after all tests: Node runs it once no test is left, which in a process of several files may be before the
 * tests of a file that loads more slowly.
 */
async function closeBrowser(): Promise<void> {
  const closing = browser;
  browser = null;
  await (await closing)?.close();
}
