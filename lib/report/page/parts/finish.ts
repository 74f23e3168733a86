// Adds what every page has: buttons to save what it shows, a choice between light and dark, and a print that shows
// everything.
import { openForPrint } from './print.ts';
import { offerSaving } from './saving.ts';
import { themeButton } from './theme.ts';

export function finish(main: Element): void {
  document.querySelector('header')!.append(themeButton());
  offerSaving(main);
  openForPrint(main);
}
