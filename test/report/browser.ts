// A browser of this machine for pages that are tested or timed: Chromium or Chrome, and Firefox, wherever they stand; none is downloaded.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of Chromium: GROKSCOPE_CHROMIUM, else the first on the PATH; null if there is none. */
export const findChromium = (): string | null => find(process.env['GROKSCOPE_CHROMIUM'], CHROMIUM);

/** The path of Firefox: GROKSCOPE_FIREFOX, else the first on the PATH; null if there is none. */
export const findFirefox = (): string | null =>
  find(process.env['GROKSCOPE_FIREFOX'], ['firefox', 'firefox-esr']);

function find(named: string | undefined, names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const paths = named ? [named] : names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Chromium's sandbox does not work for root; a signal is for the one who opened the browser to answer. */
export const openBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });

/**
 * Waits until what a change of the page set going is drawn: fonts, transitions, and what waits for the next frames. In
 * front, as a page behind another has one frame a second; scrolling into view waits for frames, too.
 */
export async function settled(page: Page): Promise<void> {
  await page.bringToFront();
  await page.evaluate(`(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let i = 0; i < 3; i++) await frame();
    await document.fonts.ready;
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    await frame();
  })()`);
}
