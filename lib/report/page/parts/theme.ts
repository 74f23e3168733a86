// Light or dark: follows the system until the reader chooses.
import { h } from './element.ts';

type Listen = (isDark: boolean) => void;
const listeners: Listen[] = [];
const system = matchMedia('(prefers-color-scheme: dark)');
const root = document.documentElement;
const isDark = (): boolean =>
  root.style.colorScheme === 'dark' || (root.style.colorScheme === '' && system.matches);
const tell = (): void => listeners.forEach((listen) => listen(isDark()));
system.addEventListener('change', tell);

/** Calls `listen` now, and whenever the page turns dark or light. */
export function followScheme(listen: Listen): void {
  listeners.push(listen);
  listen(isDark());
}

const KEPT = 'grokscope-scheme';

export function themeButton(): HTMLElement {
  const kept = remember();
  if (kept) root.style.colorScheme = kept;
  const button = h(
    'button',
    {
      type: 'button',
      class: 'scheme',
      click: () => {
        const chosen = isDark() ? 'light' : 'dark';
        root.style.colorScheme = chosen;
        remember(chosen);
        tell();
      },
    },
    '◐',
  );
  followScheme((dark) => button.setAttribute('aria-label', dark ? 'light colours' : 'dark colours'));
  tell(); // for those who listened before the remembered choice was read
  return button;
}

/** Remembers the choice. Some browsers store nothing for pages from disk: then it lasts as long as the page is open. */
function remember(scheme?: string): string | null {
  try {
    if (scheme) localStorage.setItem(KEPT, scheme);
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
