// House style: one place for type, ink and colours. Imports nothing.
// Categorical colours are Okabe and Ito's (jfly.uni-koeln.de/color), told apart by colour-blind readers too.

/** PNGs are drawn with DejaVu Sans. Verdana has nearly the same widths, for browsers without it. */
export const FONT = 'DejaVu Sans, Verdana, sans-serif';
export const TITLE_SIZE = 16;
export const TEXT_SIZE = 12;
export const TICK_SIZE = 11;

export const INK = '#1c1c1c';
export const MUTED = '#5c5c5c';
export const GRID = '#e4e4e4';

/** The colours of series, in order. */
export const SERIES_COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8c6bb1',
  '#7f7f7f',
] as const;

/** Plot's schemes of heat maps: diverging about zero for signed values, otherwise from dark to light. */
export const SCHEMES = { signed: 'RdBu', unsigned: 'viridis' } as const;

/** The part of the unsigned scheme (0 to 1) in which thin lines can be seen on white and on black. */
export const LINE_RANGE = [0.3, 0.92] as const;

/** Widths of DejaVu Sans in em, by class of character: near enough to lay labels out. */
export function textWidth(text: string, size: number, bold = false): number {
  let em = 0;
  for (const c of text)
    em += /[il.,:;'|! ]/.test(c) ? 0.32 : /[tfrjI()/-]/.test(c) ? 0.41 : /[mwMW@%]/.test(c) ? 0.97 : 0.635;
  return em * size * (bold ? 1.12 : 1);
}

/** The text cut into lines no wider than `width` pixels, at spaces: as few as it takes, and those of about one width. */
export function wrapText(text: string, size: number, width: number, bold = false): string[] {
  const greedy = fillLines(text, size, width, bold);
  // A narrower width with as many lines leaves no word alone on the last.
  let [least, most] = [width / greedy.length, width];
  while (most - least > 4) {
    const middle = (least + most) / 2;
    if (fillLines(text, size, middle, bold).length === greedy.length) most = middle;
    else least = middle;
  }
  return fillLines(text, size, most, bold);
}

function fillLines(text: string, size: number, width: number, bold: boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, size, bold) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
