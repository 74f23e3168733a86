// The two runs that are compared, with their names and colours.
import { SERIES_COLOURS } from '../../../charts/style.ts';
import type { Run } from '../explorer/run.ts';
import { legend } from '../parts/chart.ts';

export interface Named {
  /** The name of its folder as the user wrote it. */
  readonly name: string;
  readonly run: Run;
}

export type Pair = readonly [Named, Named];

/** The colour of a run everywhere on the page. */
export const colourOf = (which: number): string => SERIES_COLOURS[which]!;

export const namesOf = (pair: Pair): HTMLElement =>
  legend(pair.map(({ name }, which) => ({ name, colour: colourOf(which) })));
