// What a stage process loads beside the texts of the project: packages as they are.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../stages/start-stage.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const loader = new URL('../../lib/runner/loader.mjs', import.meta.url).href;

test("a package whose modules leave out `.js`, as TensorFlow.js' gradients do, loads in a stage", async () => {
  const manifest = join(await temporaryFolder({ after }), 'manifest');
  await writeFile(manifest, JSON.stringify({ root, files: {} }));
  const script = `
    const tf = require('@tensorflow/tfjs-core');
    import('@tensorflow/tfjs-core/dist/register_all_gradients.js')
      .then(() => console.log(typeof tf.getGradient('BatchMatMul').gradFunc))
      .then(() => import('./node_modules/@tensorflow/tfjs-core/dist/absent'))
      .catch((error) => console.log(error.code));`;
  const args = ['--import', `${loader}?${encodeURIComponent(manifest)}`, '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  assert.deepEqual(stdout.trim().split('\n'), ['function', 'ERR_MODULE_NOT_FOUND']);
});
