// Where npm put @tensorflow/tfjs-node-gpu, and whether TensorFlow loads through it. The commands tensorflow-install and
// tensorflow-link share this file.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Failure } from '../../files/failure.ts';
import { openBackend } from './backend.ts';

/** Folder of the package, which is an optional dependency. Throws Failure if it was left out. */
export function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
  } catch {
    throw new Failure(
      '@tensorflow/tfjs-node-gpu is not installed',
      'run npm ci without --omit=optional first',
    );
  }
}

/** Prints what stages will run on from now on. Throws Failure with `remedy` if TensorFlow does not load. */
export async function reportBackend(remedy: string): Promise<void> {
  const { description, identity } = await openBackend(); // says why TensorFlow does not load
  if (identity['backend'] !== 'tensorflow')
    throw new Failure("TensorFlow's library is in place but does not load", remedy);
  console.log(`stages compute with ${description}`);
}
