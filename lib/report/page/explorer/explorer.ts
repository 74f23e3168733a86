// The section with the pictures that follow the slider.
import { claimsAt } from '../../claims.ts';
import { h, missing, section } from '../parts/element.ts';
import { attentionMap, embeddingCircle, neuronMap } from './maps.ts';
import type { Run } from './run.ts';
import { embeddingSpectrum, logitCoefficients, singularValues } from './spectra.ts';
import type { Store } from './store.ts';

export function explorer(run: Run, store: Store): HTMLElement {
  const spectra = [embeddingSpectrum(run, store), singularValues(run, store), logitCoefficients(run, store)];
  const panels = [
    spectra[0] ?? null,
    spectra[1] ?? null,
    embeddingCircle(run, store),
    spectra[2] ?? null,
    attentionMap(run, store),
    neuronMap(run, store),
  ].filter((each) => each !== null);
  const isMoving = run.epochs.length > 1;
  return section(
    'explorer',
    claimsAt('explorer_title', run.facts),
    h(
      'p',
      {},
      isMoving
        ? 'Every picture follows the slider at the foot of the window; the arrow keys move it by one checkpoint. The page has the numbers of every checkpoint, but weights only of those ticked below the slider; pictures made from weights show the nearest of these.' +
            (run.data.snapshots_lack_room
              ? ' There would be more of them if the page could be larger than 12 MB.'
              : '')
        : `The page has one state of this network: ${run.facts.origin === 'taken' ? 'the weights it came with' : 'its weights at the end'}.`,
    ),
    ...(run.data.summaries.progress
      ? []
      : [missing('The history of the embedding and the answer by frequency', 'progress')]),
    h('div', { class: 'cards' }, ...panels),
  );
}
