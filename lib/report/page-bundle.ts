// Scripts and styles of pages, as esbuild bundles them. The code does not change while a process runs, so each is bundled once.
import { bundle } from '../files/bundle.ts';

type Files = Awaited<ReturnType<typeof bundle>>['outputFiles'];

const bundled = new Map<string, Promise<Files>>();

/** What the modules or style sheets at these paths become, in this order. */
export function bundleForPage(
  entryPoints: readonly string[],
  charset: 'ascii' | 'utf8' = 'ascii',
): Promise<Files> {
  const id = [charset, ...entryPoints].join('\n');
  const known = bundled.get(id);
  if (known) return known;
  const files = bundle({
    entryPoints: [...entryPoints],
    charset,
    minify: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    legalComments: 'none',
    outdir: '.',
  }).then(({ outputFiles }) => outputFiles);
  bundled.set(id, files);
  return files;
}
