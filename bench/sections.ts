/** The sections of the bench, in the order in which they run. */
import { activations } from './sections/activations.ts';
import { cache } from './sections/cache.ts';
import { grok } from './sections/grok.ts';
import { growth } from './sections/growth.ts';
import { known } from './sections/known.ts';
import { lab } from './sections/lab.ts';
import { memory } from './sections/memory.ts';
import { neighbours } from './sections/neighbours.ts';
import { page } from './sections/page.ts';
import { progress } from './sections/progress.ts';
import { steps } from './sections/steps.ts';
import { sweep } from './sections/sweep.ts';
import type { Section } from './section.ts';

export const SECTIONS: readonly Section[] = [
  steps,
  neighbours,
  growth,
  memory,
  grok,
  activations,
  progress,
  cache,
  page,
  lab,
  sweep,
  known,
];
