/** The only file that imports esbuild, and only when it is needed: most commands never need it. */
import { readFileSync } from 'node:fs';
import module from 'node:module';
import type { BuildOptions, Metafile, OutputFile } from 'esbuild';

let version: string | undefined;

/** Version of the installed esbuild: another version may print other text. */
export function esbuildVersion(): string {
  const manifest = (): string => module.createRequire(import.meta.url).resolve('esbuild/package.json');
  return (version ??= (JSON.parse(readFileSync(manifest(), 'utf8')) as { version: string }).version);
}

/** In place of the project's tsconfig.json, so that what is found and what runs follow from the code alone. */
export const TSCONFIG = { compilerOptions: { verbatimModuleSyntax: true } };

/** Bundles into memory and reports what went in (`metafile`). Prints nothing; problems are thrown. */
export async function bundle(
  options: BuildOptions,
): Promise<{ outputFiles: readonly OutputFile[]; metafile: Metafile }> {
  const { build } = await import('esbuild');
  return build({ ...options, bundle: true, write: false, metafile: true, logLevel: 'silent' });
}

/**
 * One module as JavaScript without types, comments and white space, and its source map. Names stay, for stack traces. No
 * configuration file is read, so the text follows from `source` alone.
 */
export async function minify(source: string, loader: 'js' | 'ts'): Promise<{ code: string; map: string }> {
  const { transform } = await import('esbuild');
  return transform(source, {
    loader,
    format: 'esm',
    target: 'node20',
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    tsconfigRaw: TSCONFIG,
    logLevel: 'silent',
  });
}
