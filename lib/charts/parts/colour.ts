// Colour scales of heat maps and the bar that explains them.
import type { Colour } from '../figure.ts';
import { linearTicks, logTicks } from '../numbers.ts';
import { SCHEMES, TEXT_SIZE, textWidth, TICK_SIZE } from '../style.ts';
import { drawPanel, Plot, type Panel } from './plot.ts';

const BAR_WIDTH = 14;
const STEPS = 256;

/** Plot's colour scale over a domain. `range`: the part of the scheme that it takes. */
export const colourScale = (
  { signed, by }: Colour,
  domain: readonly [number, number],
  range: readonly [number, number] = [0, 1],
): Plot.ScaleOptions => ({
  type: by === 'logarithm' ? 'log' : by === 'root' ? (signed ? 'diverging-sqrt' : 'sqrt') : 'linear',
  scheme: signed ? SCHEMES.signed : SCHEMES.unsigned,
  domain,
  range,
});

/** How far up the scale a value is, from 0 to 1, on a linear or a logarithmic bar. */
export const shareOf = ({ by }: Colour, [low, high]: readonly [number, number], value: number): number =>
  by === 'logarithm' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);

/** A vertical bar beside a heat map whose frame starts `top` pixels down, with numbers and a label at its right. */
export function drawColourBar(
  colour: Colour,
  domain: [number, number],
  { top, height }: { top: number; height: number },
  range?: readonly [number, number],
): Panel {
  const [low, high] = domain;
  const isLog = colour.by === 'logarithm';
  const ticks = isLog ? logTicks(low, high) : linearTicks(domain, Math.max(2, height / 40));
  const widest = Math.max(...ticks.map((tick) => textWidth(tick.name, TICK_SIZE)));
  const marginLeft = 14;
  const marginRight = widest + 36;
  // The top pixel is the largest value; the raster runs from the top, like a matrix.
  const steps = Array.from({ length: STEPS }, (_, i) => {
    const down = (i + 0.5) / STEPS;
    return isLog ? high * (low / high) ** down : high - down * (high - low);
  });
  return drawPanel({
    width: marginLeft + BAR_WIDTH + marginRight,
    height: top + height + 10,
    marginTop: top,
    marginBottom: 10,
    marginLeft,
    marginRight,
    x: { domain: [0, 1], axis: null },
    y: { domain: [0, 1], label: null },
    color: colourScale(colour, domain, range),
    marks: [
      Plot.raster(steps, {
        width: 1,
        height: STEPS,
        x1: 0,
        x2: 1,
        y1: 1,
        y2: 0,
        fill: Plot.identity,
      }),
      Plot.axisY(
        ticks.map((tick) => shareOf(colour, domain, tick.at)),
        { anchor: 'right', label: null, tickSize: 4, text: ticks.map((tick) => tick.name) },
      ),
      Plot.text([colour.label], {
        frameAnchor: 'right',
        rotate: -90,
        textAnchor: 'middle',
        dx: marginRight - TEXT_SIZE + 2,
        fontSize: TEXT_SIZE,
      }),
    ],
  });
}
