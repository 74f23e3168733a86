// A style sheet with the colours of figures, light and dark: for charts of a page, and for figures that are images in it.
import { GRID, INK, MUTED, SERIES_COLOURS } from '../charts/style.ts';

/** Dark counterparts of the colours of figures. The hues of the series keep their order. */
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

/** Letters that have no colour of their own and none from their group. */
const PLAIN = 'svg text:not([fill],[fill]:not([fill=currentColor]) *)';

/** A style sheet overrides attributes, so one picture serves both schemes. */
export function colourRules(): string {
  const name = (light: string): string => `--c-${light.replace('#', '')}`;
  const variables = Object.entries(DARK).map(
    ([light, dark]) => `${name(light)}:light-dark(${light},${dark})`,
  );
  // White letters stand on a colour that is the same in the dark, as in the cells of a heat map.
  const rules = Object.keys(DARK).flatMap((light) => [
    `svg ${light === 'white' ? ':not(text)' : ''}[fill="${light}"]{fill:var(${name(light)})}`,
    `svg [stroke="${light}"]{stroke:var(${name(light)})}`,
  ]);
  return `:root{${variables.join(';')}}${rules.join('')}${PLAIN}{fill:var(${name(INK)})}`;
}
