// The page of the lab as one file.
import { fileURLToPath } from 'node:url';
import { buildHtml } from './build.ts';
import { kernelBlocks, scoringBlock, trainingBlock } from './workers.ts';

const LAB = fileURLToPath(new URL('./page/lab/main.ts', import.meta.url));

/** The lab as HTML. It opens from the file system and fetches nothing. */
export const buildLab = async (): Promise<string> =>
  buildHtml(
    LAB,
    'grokscope: lab',
    {},
    {
      ...(await trainingBlock()),
      ...(await scoringBlock()),
      ...(await kernelBlocks()),
    },
  );
