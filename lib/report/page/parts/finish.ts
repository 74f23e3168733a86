// What every page has once it stands: buttons to save what it shows, the choice of light and dark, a print that shows all.
import { openForPrint } from './print.ts';
import { offerSaving } from './saving.ts';
import { themeButton } from './theme.ts';

export function finish(main: Element): void {
  document.querySelector('header')!.append(themeButton());
  offerSaving(main);
  openForPrint(main);
}
