// What a page that computes with the kernel contains: the script of a worker, and the kernel's builds for pages.
import { fileURLToPath } from 'node:url';
import { readPageModules } from '../engines/page-modules.ts';
import { bundleForPage } from './page-bundle.ts';

/** Parts of a page that it decodes when they are needed, by id. */
type Blocks = Readonly<Record<string, Uint8Array>>;

const TRAINING = fileURLToPath(new URL('./worker/main.ts', import.meta.url));
const SCORING = fileURLToPath(new URL('./worker/scoring.ts', import.meta.url));

/** For a page that trains. */
export const trainingBlock = async (): Promise<Blocks> => ({ worker: await scriptOf(TRAINING) });

/** For a page that scores changed networks. */
export const scoringBlock = async (): Promise<Blocks> => ({ scorer: await scriptOf(SCORING) });

/** For both. */
export async function kernelBlocks(): Promise<Blocks> {
  const { relaxed, plain } = await readPageModules();
  return { 'page-relaxed': relaxed, 'page-plain': plain };
}

async function scriptOf(entry: string): Promise<Uint8Array> {
  const [script] = await bundleForPage([entry]);
  return script!.contents;
}
