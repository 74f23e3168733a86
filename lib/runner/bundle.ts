/** The one door to esbuild, loaded when it is first needed: most commands end without. */
import type { BuildOptions, Metafile, OutputFile } from 'esbuild';

/** Bundles into memory and says what went in. Prints nothing; problems are thrown. */
export async function bundle(
  options: BuildOptions,
): Promise<{ outputFiles: readonly OutputFile[]; metafile: Metafile }> {
  const { build } = await import('esbuild');
  return build({ ...options, bundle: true, write: false, metafile: true, logLevel: 'silent' });
}
