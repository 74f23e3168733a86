// Trains a network in a worker of a page. The weights depend on the settings and the arithmetic alone: however the page pauses,
// steps and goes on, they are bit for bit those of `npm run pipeline`.
import { openPageKernel, type PageKernel } from '../../engines/in-page.ts';
import type { PageModules } from '../../engines/page-modules.ts';
import type { FromWorker, Settings, ToWorker } from './messages.ts';
import { Training } from './training.ts';

// A worker's globals: the DOM's types are for pages.
declare let onmessage: (event: { readonly data: ToWorker }) => void;
declare function postMessage(message: FromWorker, transfer?: readonly ArrayBufferLike[]): void;

let kernel: Promise<PageKernel>;
/** The run that was asked for last. */
let newest = 0;
let current: { readonly run: number; readonly training: Training } | null = null;

async function load(modules: PageModules): Promise<void> {
  kernel = openPageKernel(modules);
  const { arithmetic } = await kernel;
  postMessage({ tell: 'loaded', arithmetic });
}

async function open(run: number, settings: Settings): Promise<void> {
  newest = run;
  current?.training.close();
  current = null;
  const training = await Training.open(await kernel, settings);
  const epoch_ms = await training.timeEpoch();
  if (run !== newest) return training.close();
  current = { run, training };
  const { train_pairs, test_pairs } = training;
  const W_E = training.readEmbedding();
  postMessage({ tell: 'opened', run, train_pairs, test_pairs, epoch_ms, W_E }, [W_E.buffer]);
}

const train = (run: number, training: Training, until: number): Promise<void> =>
  training.train(until, (news) => postMessage({ tell: 'trained', run, ...news }, [news.W_E.buffer]));

async function answer(message: ToWorker): Promise<void> {
  if (message.ask === 'load') return load(message.modules);
  const { run } = message;
  if (message.ask === 'open') return open(run, message.settings);
  if (current?.run !== run) return;
  const { training } = current;
  switch (message.ask) {
    case 'train':
      return train(run, training, message.until);
    case 'pause':
      return training.pause();
    case 'weight_decay':
      return training.setWeightDecay(message.weight_decay);
    case 'look': {
      const { epochs } = training;
      const look = await training.look();
      return postMessage({ tell: 'looked', run, epochs, ...look }, [look.weights.buffer]);
    }
    case 'weights': {
      const { weights, epochs } = training.readWeights();
      return postMessage({ tell: 'weights', run, epochs, weights }, [weights.buffer]);
    }
  }
}

onmessage = ({ data }) => {
  answer(data).catch((error: unknown) => {
    const run = data.ask === 'load' ? null : data.run;
    postMessage({ tell: 'failed', run, why: error instanceof Error ? error.message : String(error) });
  });
};
