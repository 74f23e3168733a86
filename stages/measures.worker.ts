// A process that measures the checkpoints it is told to, with one of them in memory at a time. An engine runs it on one
// thread. measures.pool.ts starts these processes and hands out the work. They end with their parent.
import { openCheckpoints } from '../lib/artifacts/checkpoints.ts';
import { folderOf, openPairs, type Needs } from '../lib/artifacts/run.ts';
import type { Activations, Identity } from '../lib/engines/engine.ts';
import { openFastest } from '../lib/engines/fastest.ts';
import { describeError } from '../lib/files/failure.ts';
import { guardConsole } from '../lib/files/visible.ts';
import { viewGroup } from '../lib/measures/group-view.ts';
import type { Values } from '../lib/measures/columns.ts';
import { measure } from '../lib/measures/measure.ts';
import { carryBiases, carryingConfig } from '../lib/network/biases.ts';
import { flattenWeights, type ModelConfig } from '../lib/network/config.ts';

export interface Measuring {
  readonly needs: Needs;
  readonly config: ModelConfig;
  /** Key frequencies of the trained network, which are used for all checkpoints; null if there is no group. */
  readonly key: readonly number[] | null;
  /** The engine's identity, as in the key of the stage. */
  readonly engine: Identity;
}

/** From the pool: what to open, then numbers of checkpoints. */
export type Order = { readonly open: Measuring } | { readonly measure: number };

/** To the pool. A failure that has a remedy is an expected one. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'measured'; readonly index: number; readonly values: Values }
  | { readonly type: 'failed'; readonly message: string; readonly remedy: string | null };

/** Measures checkpoint number `index`; await each call before the next. File and kernel stay open as long as the process. */
type Measure = (index: number) => Promise<Values>;

let measureOne: Measure;

guardConsole();
process.once('disconnect', () => process.exit());
process.on('message', (order: Order) => void follow(order).catch(fail));

async function follow(order: Order): Promise<void> {
  if ('open' in order) {
    measureOne = await openMeasurer(order.open);
    report({ type: 'ready' });
  } else report({ type: 'measured', index: order.measure, values: await measureOne(order.measure) });
}

function fail(error: Error): void {
  const { message, remedy } = describeError(error, 'measures');
  if (remedy === null) console.error(error);
  report({ type: 'failed', message, remedy });
}

const report = (what: Report): void => void process.send?.(what);

async function openMeasurer({ needs, config, key, engine }: Measuring): Promise<Measure> {
  const view = viewGroup(await openPairs(needs));
  const file = await openCheckpoints(folderOf(needs, 'train'), config);
  const model = await openFastest(file.isBiased ? carryingConfig(config) : config, engine, 1);
  let activations: Activations = {};
  return async (index) => {
    const checkpoint = await file.read(index);
    const carrying = carryBiases(checkpoint);
    model.writeState({ weights: flattenWeights(carrying.config, view.renumber(carrying.weights)) });
    const want = { ...(key && { neurons: 'pre' as const }), logits: true };
    activations = await model.forward(view.pairs, want, activations);
    const { neurons, logits } = activations;
    const rows = view.pairs.label.length;
    return measure(
      view,
      config,
      view.renumber(checkpoint.weights),
      {
        ...(key && { pre: { rows, columns: config.d_mlp, data: neurons! } }),
        logits: { rows, columns: config.p, data: logits! },
      },
      key,
    );
  };
}
