// Numbers of frequencies above the bars or dots that they belong to.
import { INK, TEXT_SIZE } from '../style.ts';
import { dodgeLabels } from './labels.ts';
import { Plot } from './plot.ts';

export interface NamedValue {
  /** Where it stands in the chart; x is its name. */
  readonly x: number;
  readonly y: number;
  /** The same in pixels, up to a constant. */
  readonly left: number;
  readonly top: number;
}

/** With more than this none is named: the names would say nothing. */
const MAX_NAMED = 12;

/** In bold, `gap` pixels above the value, and higher where a name would cover another. */
export function nameValues(values: readonly NamedValue[], gap: number): Plot.Markish[] {
  if (values.length > MAX_NAMED) return [];
  const labels = values.map(({ x, left, top }) => ({ text: String(x), x: left, y: top }));
  const baselines = dodgeLabels(labels);
  return values.map(({ x, y }, i) =>
    Plot.text([x], {
      x,
      y,
      dy: baselines[i]! - labels[i]!.y - gap,
      text: [String(x)],
      lineAnchor: 'bottom',
      fontWeight: 'bold',
      stroke: 'white',
      strokeWidth: 4,
      fill: INK,
      fontSize: TEXT_SIZE,
    }),
  );
}
