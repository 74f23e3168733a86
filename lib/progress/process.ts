// A process that measures the checkpoints it is told to; pool.ts starts some and hands out the work. It ends with its
// parent.
import { describeError } from '../files/failure.ts';
import { guardConsole } from '../files/visible.ts';
import type { Measures } from './columns.ts';
import { openMeasurer, type Measure, type Measuring } from './measurer.ts';

/** From the pool: what to open, then numbers of checkpoints. */
export type Order = { readonly open: Measuring } | { readonly measure: number };

/** To the pool. A failure that has a remedy is an expected one. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'measured'; readonly index: number; readonly measures: Measures }
  | { readonly type: 'failed'; readonly message: string; readonly remedy: string | null };

let measure: Measure;

guardConsole();
process.once('disconnect', () => process.exit());
process.on('message', (order: Order) => void follow(order).catch(fail));

async function follow(order: Order): Promise<void> {
  if ('open' in order) {
    measure = await openMeasurer(order.open);
    report({ type: 'ready' });
  } else report({ type: 'measured', index: order.measure, measures: await measure(order.measure) });
}

function fail(error: Error): void {
  const { message, remedy } = describeError(error, 'measures');
  if (remedy === null) console.error(error);
  report({ type: 'failed', message, remedy });
}

const report = (what: Report): void => void process.send?.(what);
