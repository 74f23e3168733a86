// Passes the run to two sections that the lab shares with the explorer: "Ask it" and the neurons.
import { TUNED } from '../../../measures/thresholds.ts';
import { claimsAt } from '../../claims.ts';
import { hasStates } from '../../facts.ts';
import { h, missing, section } from '../parts/element.ts';
import { describe } from './maps.ts';
import { neurons } from './neurons.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';
import { sum } from './sum.ts';

export function sumOf(run: Run, store: Store): HTMLElement {
  const { data, facts, axis, keyFrequencies } = run;
  return sum(
    {
      config: data.config,
      operation: facts.operation,
      axis,
      keyFrequencies,
      words: claimsAt('sum', facts),
      pair: ({ snapshot, a, b }) => run.pair(snapshot, a, b),
      when: ({ snapshot }) => run.when(data.snapshots[snapshot]!),
      isTrained: (a, b) => (facts.origin === 'drawn' ? run.isTrained(a, b) : null),
    },
    store,
  );
}

export function neuronsOf(run: Run, store: Store): HTMLElement {
  const { axis, facts } = run;
  const title = claimsAt('neurons_title', facts);
  const table = run.data.neurons;
  const summary = run.data.summaries.neurons;
  if (!summary && !table) return section('neurons', title, missing('This section', 'neurons'));
  if (!table)
    return section(
      'neurons',
      title,
      h('p', { class: 'note' }, `Not measured: ${summary?.not_measured ?? 'the stage left no table'}.`),
    );
  const column = (name: string): Float32Array => run.column(table, name)!;
  return neurons(
    {
      title,
      words: `The panel “One neuron” shows more of it. ${claimsAt('neurons', facts)}`,
      when: hasStates(facts) ? 'at the last epoch' : '',
      axis,
      frequency: column('neuron_frequency'),
      fraction: column('neuron_fraction_explained'),
      phase: column('phase'),
      above: (summary?.not_measured === null ? summary.cluster_above : null) ?? TUNED,
      describe: (neuron) => describe(run, neuron),
      activation: ({ snapshot, neuron }) => run.neuron(snapshot, neuron),
    },
    store,
  );
}
