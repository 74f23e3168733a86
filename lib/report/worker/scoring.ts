// Losses and accuracies of changed networks over all pairs, in a worker of a page, by the kernel.
import type { Engine } from '../../engines/engine.ts';
import { openPageKernel } from '../../engines/in-page.ts';
import type { Score } from '../../network/loss.ts';
import type { Pairs } from '../../network/pairs.ts';
import type { FromScorer, Scores, ToScorer } from './score-messages.ts';

// A worker's globals: the DOM's types are for pages.
declare let onmessage: (event: { readonly data: ToScorer }) => void;
declare function postMessage(message: FromScorer): void;

interface Opened {
  readonly engine: Engine;
  readonly train: Pairs;
  readonly test: Pairs;
}

let opened: Promise<Opened>;

async function open({ modules, config, train, test }: ToScorer & { ask: 'open' }): Promise<Opened> {
  const kernel = await openPageKernel(modules);
  return { engine: await kernel.open(config), train, test };
}

async function score(weights: Float32Array): Promise<Scores> {
  const { engine, train, test } = await opened;
  engine.writeState({ weights });
  const of = async (pairs: Pairs): Promise<Score | null> =>
    pairs.a.length === 0 ? null : engine.evaluate(pairs);
  const scores = { train: await of(train), test: await of(test) };
  return { ...scores, all: mean(scores.train, train.a.length, scores.test, test.a.length) };
}

function mean(x: Score | null, m: number, y: Score | null, n: number): Score | null {
  if (x === null || y === null) return x ?? y;
  const of = (name: keyof Score): number => (m * x[name] + n * y[name]) / (m + n);
  return { loss: of('loss'), accuracy: of('accuracy') };
}

onmessage = ({ data }) => {
  if (data.ask === 'open') {
    opened = open(data);
    opened.catch(fail);
  } else score(data.weights).then((scores) => postMessage({ tell: 'scored', scores }), fail);
};

function fail(error: unknown): void {
  postMessage({ tell: 'failed', why: error instanceof Error ? error.message : String(error) });
}
