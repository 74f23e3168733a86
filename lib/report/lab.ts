// The page of the lab as one file, and what a page needs that trains: the worker's script and the kernel's builds.
import { fileURLToPath } from 'node:url';
import { readPageModules } from '../engines/page-modules.ts';
import { bundle } from '../files/bundle.ts';
import { buildHtml, type Blocks } from './build.ts';

const LAB = fileURLToPath(new URL('./page/lab/main.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('./worker/main.ts', import.meta.url));

/** The lab as HTML. It opens from the file system and fetches nothing. */
export const buildLab = async (): Promise<string> =>
  buildHtml(LAB, 'grokscope: lab', {}, await trainingBlocks());

async function trainingBlocks(): Promise<Blocks> {
  const { outputFiles } = await bundle({
    entryPoints: [WORKER],
    minify: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    legalComments: 'none',
    outdir: '.',
  });
  const { relaxed, plain } = await readPageModules();
  return { worker: outputFiles[0]!.contents, 'page-relaxed': relaxed, 'page-plain': plain };
}
