/**
 * Two trainings: one on half of the pairs until it groks, and the first epochs of the default run, which groks only at
 * epoch 10,260. Shows where the time goes, and how long the 25,000 epochs of the default run would take at that rate.
 * The journal is written as the stage train writes it.
 */
import { openKernel, type Build } from '../../lib/engines/kernel/kernel.ts';
import { flattenWeights, parameterCount } from '../../lib/network/config.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { gridRows, splitRows, takeRows } from '../../lib/task/split.ts';
import { findMilestones } from '../../lib/measures/milestones.ts';
import { Journal } from '../../lib/training/journal.ts';
import { trainLoop } from '../../lib/training/loop.ts';
import { ADAMW, configOf, findBuilds } from '../runs.ts';
import type { Line, Progress, Section } from '../section.ts';
import type { Workbench } from '../workbench.ts';

const DEFAULT_EPOCHS = 25_000;
const RUNS = [
  { train_fraction: 0.5, epochs: DEFAULT_EPOCHS },
  { train_fraction: 0.3, epochs: 2000 },
] as const;

export const grok: Section = {
  name: 'grok',
  says: 'Training, half the pairs until it groks: native (else WebAssembly), all threads',
  seconds: 28,
  needs: '',
  peer_seconds: null,
  run: measureGroks,
};

async function* measureGroks(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const { builds } = await findBuilds();
  for (const each of RUNS) {
    const run = await measureGrok(bench, builds[0]!, each, progress);
    yield { text: describeGrok(run), measured: { ...run } };
  }
}

interface Grok {
  readonly train_fraction: number;
  readonly epochs: number;
  readonly grokked_epoch: number | null;
  readonly seconds: number | null;
  /** Milliseconds per epoch that went into steps, test losses, the journal, and everything else. */
  readonly ms_per_epoch: {
    readonly steps: number;
    readonly test_loss: number;
    readonly journal: number;
    readonly rest: number;
  };
  readonly seconds_for_default_epochs: number;
}

/** Trains at p = 113 with the published seeds for `epochs`, or until test loss is below 0.01, soon after grokking. */
async function measureGrok(
  bench: Workbench,
  build: Build,
  { train_fraction, epochs }: (typeof RUNS)[number],
  progress: Progress,
): Promise<Grok> {
  const config = configOf(113);
  const grid = gridRows(113, 'add');
  const { train, test } = splitRows(113, train_fraction, 598);
  const model = await (await openKernel(build)).open(config, bench.threads);
  model.writeState({ weights: flattenWeights(config, initialWeights(config, 999)) });
  const { journal } = await Journal.open(await bench.folder(), parameterCount(config));
  const spent = { steps: 0, test_loss: 0, journal: 0 };
  const timed =
    <A extends unknown[], R>(part: keyof typeof spent, work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const begin = performance.now();
      const result = await work(...args);
      spent[part] += performance.now() - begin;
      return result;
    };
  journal.log = timed('journal', journal.log.bind(journal));
  journal.checkpoint = timed('journal', journal.checkpoint.bind(journal));
  const engine = {
    readState: () => model.readState(),
    writeState: () => {},
    train: timed('steps', model.train.bind(model)),
    evaluate: timed('test_loss', model.evaluate.bind(model)),
  };
  const schedule = {
    epochs,
    log_every: 10,
    checkpoint_every: 100,
    state_every: 0,
    stop_below_test_loss: 0.01,
  };
  try {
    const secondsAt = new Map<number, number>();
    const begin = performance.now();
    const sets = { train: takeRows(grid, train), test: takeRows(grid, test) };
    await trainLoop(engine, sets, ADAMW, schedule, journal, ({ epoch, test_loss }) => {
      bench.stop.throwIfAborted();
      secondsAt.set(epoch, (performance.now() - begin) / 1000);
      progress(epoch, 0, `train_fraction ${train_fraction}, test loss ${test_loss.toPrecision(2)}`);
    });
    const total = performance.now() - begin;
    const done = model.readState().step;
    const { grokked_epoch } = findMilestones(journal.history);
    const rest = total - spent.steps - spent.test_loss - spent.journal;
    return {
      train_fraction,
      epochs: done,
      grokked_epoch,
      seconds: grokked_epoch === null ? null : secondsAt.get(grokked_epoch)!,
      ms_per_epoch: {
        steps: spent.steps / done,
        test_loss: spent.test_loss / done,
        journal: spent.journal / done,
        rest: rest / done,
      },
      seconds_for_default_epochs: ((total / done) * DEFAULT_EPOCHS) / 1000,
    };
  } finally {
    model.close();
    await journal.close();
  }
}

function describeGrok({ train_fraction, epochs, grokked_epoch, seconds, ...run }: Grok): string {
  const parts = Object.entries(run.ms_per_epoch).map(([part, ms]) => `${part} ${ms.toFixed(3)}`);
  return [
    `train_fraction ${train_fraction}: `,
    grokked_epoch === null ? `${epochs} epochs` : `epoch ${grokked_epoch}, ${seconds?.toFixed(1)} s`,
    `; ms per epoch: ${parts.join(', ')}; 25,000 epochs would take ${run.seconds_for_default_epochs.toFixed(0)} s`,
  ].join('');
}
