// The page that compares two runs: their outcomes, the settings that differ, their curves and measures in the same
// charts, their spectra side by side, and their verdicts.
import type { Compared } from '../../compare.ts';
import { textBlock } from '../parts/block.ts';
import { h, part } from '../parts/element.ts';
import { finish } from '../parts/finish.ts';
import { Run } from '../explorer/run.ts';
import { compareCurves, compareMeasures } from './curves.ts';
import { outcomes } from './outcomes.ts';
import { settings } from './settings.ts';
import { spectra } from './spectra.ts';
import type { Pair } from './pair.ts';
import { verdicts } from './verdicts.ts';

const [first, second] = (JSON.parse(textBlock('data')) as [Compared, Compared]).map(({ name, data }) => ({
  name,
  run: new Run(data),
}));
const pair: Pair = [first!, second!];

const SECTIONS = {
  Outcomes: outcomes,
  Settings: settings,
  Curves: compareCurves,
  Measures: compareMeasures,
  Spectra: spectra,
  Verdicts: verdicts,
};
const main = document.querySelector('main')!;
main.replaceChildren(...Object.entries(SECTIONS).map(([name, make]) => part(name, () => make(pair)) ?? ''));
document.querySelector('nav')!.append(
  ...Object.keys(SECTIONS)
    .filter((name) => main.querySelector(`#${name.toLowerCase()}`))
    .map((name) => h('a', { href: `#${name.toLowerCase()}` }, name)),
);
finish(main);
