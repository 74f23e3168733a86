// The figures' colours in both schemes, as a style sheet: for charts in a page, and for figures that are images in it.
import { GRID, INK, MUTED, SERIES_COLOURS } from '../charts/style.ts';

/** What the figures' colours become in the dark scheme; those of the series keep their order of hues. */
const DARK: Readonly<Record<string, string>> = {
  [INK]: '#e9e9e4',
  [MUTED]: '#a6a9b0',
  [GRID]: '#32363e',
  white: '#1b1e24',
  ...Object.fromEntries(
    ['#4aa8e0', '#ff8a3d', '#2fc79b', '#e69ac4', '#f2b632', '#8ccdf3', '#b39ad6', '#a3a3a3'].map(
      (dark, i) => [SERIES_COLOURS[i]!, dark],
    ),
  ),
};

/** Attributes give way to style sheets: so one picture serves both schemes. */
export function colourRules(): string {
  const name = (light: string): string => `--c-${light.replace('#', '')}`;
  const variables = Object.entries(DARK).map(
    ([light, dark]) => `${name(light)}:light-dark(${light},${dark})`,
  );
  const rules = Object.keys(DARK).flatMap((light) =>
    ['fill', 'stroke'].map((property) => `svg [${property}="${light}"]{${property}:var(${name(light)})}`),
  );
  return `:root{${variables.join(';')}}${rules.join('')}svg text:not([fill]){fill:var(${name(INK)})}`;
}
