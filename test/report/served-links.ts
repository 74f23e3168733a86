// The files that a page links to where it is served.
import type { BrowserContext } from 'playwright-core';
import { serve } from '../../lib/report/server.ts';

export const FILE_LINKS = 'a[href]:not([href^="#"])';

/** Their addresses as the page at `path` of `folder` has them, once `place` is there. */
export async function servedLinks(
  context: BrowserContext,
  folder: string,
  path: string,
  place: string,
): Promise<string[]> {
  const { server, url } = await serve(folder);
  const page = await context.newPage();
  try {
    await page.goto(url + path);
    await page.waitForSelector(place);
    return await page.locator(FILE_LINKS).evaluateAll((all) => all.map((link) => link.getAttribute('href')!));
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
}
