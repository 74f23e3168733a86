// npm run tensorflow:link against a real Python TensorFlow, in a copy of the project so that this one's packages stay as they
// are: it links, the tests of the engine pass on TensorFlow itself, and the train stage runs on it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { access, cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loader } from '../loader.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const python = process.env['GROKSCOPE_TENSORFLOW_PYTHON'];

function whyNot(): string | false {
  if (!process.env['GROKSCOPE_LONG']) return 'building the binding takes a minute: npm run test:long';
  if (!python) return 'GROKSCOPE_TENSORFLOW_PYTHON names no Python that has tensorflow';
  const found = spawnSync(python, [
    '-c',
    'import importlib.util as u; exit(u.find_spec("tensorflow") is None)',
  ]);
  return found.status === 0 ? false : `${python} has no tensorflow`;
}

/** The project with every package a link to ours, but for a copy of tfjs-node-gpu. */
async function copyProject(folder: string): Promise<void> {
  for (const name of [
    'commands',
    'lib',
    'stages',
    'test',
    'bench',
    'package.json',
    'package-lock.json',
    'pipeline.yaml',
    'tsconfig.json',
  ])
    await cp(join(project, name), join(folder, name), { recursive: true });
  const [from, to] = [join(project, 'node_modules'), join(folder, 'node_modules')];
  await mkdir(join(to, '@tensorflow'), { recursive: true });
  for (const name of await readdir(from))
    if (name !== '@tensorflow') await symlink(join(from, name), join(to, name));
  for (const name of await readdir(join(from, '@tensorflow'))) {
    const [source, target] = [join(from, '@tensorflow', name), join(to, '@tensorflow', name)];
    if (name !== 'tfjs-node-gpu') await symlink(source, target);
    else await cp(source, target, { recursive: true, filter: (path) => !path.includes('/napi-v') });
  }
}

test('links to the TensorFlow of a Python environment, and trains on it', { skip: whyNot() }, async (t) => {
  const folder = await temporaryFolder(t);
  await copyProject(folder);
  const run = (...args: string[]): string => {
    // Without the variable that tells a test runner that another one started it.
    const env = { ...process.env, GROKSCOPE_LONG: '1', NODE_TEST_CONTEXT: undefined };
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', loader, ...args], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
    return stdout;
  };
  const linked = run('commands/tensorflow-link.ts', '--python', python!);
  assert.match(linked, /^linked to .*\nstages compute with TensorFlow 2\.\d+\.\d+ on the (CPU|GPU)$/m);
  await access(join(folder, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'));

  const tests = run(
    '--test',
    '--test-reporter=tap',
    'test/engines/tensorflow/training.test.ts',
    'test/stages/train-engines.test.ts',
  );
  assert.match(
    tests,
    /^ok \d+ - tensorflow: 200 AdamW steps as PyTorch .*: losses, and weights after 1, 10 and 200$/m,
  );
  assert.doesNotMatch(tests, /no TensorFlow here/);
});

test('a Python without tensorflow, and one that does not exist, are refused with what to do', async () => {
  const link = (python: string): string => {
    const args = ['--import', loader, 'commands/tensorflow-link.ts', '--python', python];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
    assert.equal(status, 1);
    return stderr;
  };
  assert.match(
    link('/nonexistent/python'),
    /^--python \/nonexistent\/python: does not run: .*\n    give the interpreter/,
  );
  assert.match(link('/bin/true'), /^--python \/bin\/true: has no module tensorflow\n    install it there: /);
});
