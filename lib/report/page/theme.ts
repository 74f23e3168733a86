// Light or dark: as the system says, until the reader says otherwise.
import { h } from './element.ts';

const KEPT = 'grokscope-scheme';

export function themeButton(): HTMLElement {
  const root = document.documentElement;
  const isDark = (): boolean =>
    root.style.colorScheme === 'dark' ||
    (root.style.colorScheme === '' && matchMedia('(prefers-color-scheme: dark)').matches);
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
        name();
      },
    },
    '◐',
  );
  const name = (): void => button.setAttribute('aria-label', isDark() ? 'light colours' : 'dark colours');
  name();
  return button;
}

/** Some browsers keep nothing for pages from the file system; then the choice lasts as long as the page. */
function remember(scheme?: string): string | null {
  try {
    if (scheme) localStorage.setItem(KEPT, scheme);
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
