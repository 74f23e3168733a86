// Shows the network that was trained in the lab in sections of the explorer: "Ask it", its neurons and "Touch it".
import { TUNED } from '../../../measures/thresholds.ts';
import type { HistoryRecord } from '../../../training/history.ts';
import type { FromWorker, Settings } from '../../worker/messages.ts';
import { claimsAt } from '../../claims.ts';
import { factsOf, type Facts } from '../../facts.ts';
import { showNetwork } from '../../packed-weights.ts';
import { neurons } from '../explorer/neurons.ts';
import { makeSnapshot, neuronOn, pairOf } from '../explorer/snapshot.ts';
import { Store } from '../explorer/store.ts';
import { sum } from '../explorer/sum.ts';
import { percent, whole } from '../parts/numbers.ts';
import type { Touchable } from '../touch/network.ts';
import { touch } from '../touch/touch.ts';
import { touchableOf } from './touchable.ts';

type Looked = Extract<FromWorker, { tell: 'looked' }>;

/** `gone`: aborts when the sections are removed. */
export function looked(
  settings: Settings,
  history: readonly HistoryRecord[],
  look: Looked,
  gone: AbortSignal,
): HTMLElement[] {
  const of = touchableOf(settings, look);
  const { config, operation, axis } = of;
  const { p } = config;
  const facts = factsOfLooked(of, history, look);
  const snapshot = makeSnapshot(config, showNetwork(config, of.weights));
  const when = `after ${whole(look.epochs)} epochs`;
  const trained = new Set(Array.from(of.train.a, (a, i) => a * p + of.train.b[i]!));
  const store = new Store(
    { frame: 0, frequency: 1, neuron: clearest(look), a: Math.round(0.4 * p), b: Math.round(0.75 * p) },
    () => 0,
  );
  const asked = sum(
    {
      config,
      operation,
      axis,
      keyFrequencies: facts.key ?? [],
      words: claimsAt('sum', facts),
      pair: ({ a, b }) => pairOf(snapshot, a, b),
      when: () => when,
      isTrained: (a, b) => trained.has(a * p + b),
    },
    store,
  );
  const { neurons: found, phases } = look;
  const table =
    found === null || phases === null
      ? []
      : [
          neurons(
            {
              title: claimsAt('neurons_title', facts),
              words: '',
              when,
              axis,
              frequency: found.map((neuron) => neuron?.frequency ?? 0),
              fraction: found.map((neuron) => neuron?.fraction ?? NaN),
              phase: phases,
              above: TUNED,
              describe: (j) => {
                const neuron = found[j];
                return neuron
                  ? `frequency ${neuron.frequency} explains ${percent(neuron.fraction)} of it`
                  : 'is silent';
              },
              activation: ({ neuron }) => neuronOn(axis, snapshot, neuron),
            },
            store,
          ),
        ];
  return [asked, ...table, touch(of, store, `This is the network that learnt here, ${when}.`, gone)];
}

function factsOfLooked(
  { config, operation, key, clusters }: Touchable,
  history: readonly HistoryRecord[],
  { epochs }: Looked,
): Facts {
  const facts = factsOf({
    p: config.p,
    operation,
    summaries: {},
    history,
    epochs: [epochs],
    measure: () => null,
  });
  const inside = clusters.filter(({ frequency }) => frequency !== null).flatMap(({ neurons }) => neurons);
  const tuned = key === null ? null : { neurons: inside.length, of: config.d_mlp, above: TUNED };
  return { ...facts, key: key !== null && key.length > 0 ? key : null, tuned };
}

/** The neuron that one frequency explains best. */
function clearest({ neurons }: Looked): number {
  const shares = (neurons ?? []).map((neuron) => neuron?.fraction ?? -1);
  return shares.reduce((best, share, j) => (share > shares[best]! ? j : best), 0);
}
