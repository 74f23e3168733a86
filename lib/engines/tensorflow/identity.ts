// Finds out on which TensorFlow.js backend a stage would run here, without loading one into this process. It is part of
// the key of every stage that uses one, as backends round differently.
import { execFile } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The compiled part of @tensorflow/tfjs-node-gpu; null if it was neither downloaded nor built, as after `npm ci`. */
export async function findBinding(): Promise<string | null> {
  try {
    const manifest = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json');
    const lib = join(dirname(manifest), 'lib');
    const [folder] = (await readdir(lib)).filter((name) => name.startsWith('napi-v'));
    const binding = join(lib, folder ?? '', 'tfjs_binding.node');
    await access(binding);
    return binding;
  } catch {
    return null;
  }
}

/** Name, version and device of the backend that `openBackend` would choose. Instant unless the binding is there. */
export async function backendIdentity(): Promise<Record<string, string>> {
  if (!(await findBinding())) return { backend: 'WebAssembly' in globalThis ? 'wasm' : 'cpu' };
  // Only TensorFlow itself can say whether it loads and finds a GPU; asked in another process, it leaves nothing behind.
  const probe = fileURLToPath(new URL('./probe.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, probe]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, string>;
}
