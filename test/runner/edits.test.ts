// The real project, copied and edited: an edit makes stale exactly the stages that use what was edited.
import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCode } from '../../lib/runner/code/closure.ts';
import { readPipeline } from '../../lib/runner/config/pipeline.ts';
import { Hashes } from '../../lib/runner/disk/hashes.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const FONTS = 'dejavu-fonts-ttf';
const ARRAYS = 'd3-array';
const FONT = `node_modules/${FONTS}/ttf/DejaVuSans.ttf`;
const KERNEL_USERS = ['logits', 'measures', 'train'];

let root: string;
let memory: Hashes;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'grokscope-edits-'));
  memory = await Hashes.open(join(root, 'hashes.json'));
  for (const path of ['lib', 'stages', 'package.json', 'package-lock.json', 'pipeline.yaml'])
    await cp(join(repository, path), join(root, path), { recursive: true });
  // A link for every package but those of the font and of arrays, so that these can be edited.
  const copied = [FONTS, ARRAYS];
  const packages = (await readdir(join(repository, 'node_modules'))).filter((name) => !copied.includes(name));
  for (const name of copied)
    await cp(join(repository, 'node_modules', name), join(root, 'node_modules', name), { recursive: true });
  for (const name of packages)
    await symlink(join(repository, 'node_modules', name), join(root, 'node_modules', name));
});
after(() => rm(root, { recursive: true, force: true }));

/** The code in the key of every stage, by the closures kept from the last time where they still hold. */
async function codes(): Promise<Map<string, string>> {
  const pipeline = await readPipeline(join(root, 'pipeline.yaml'));
  const keys = new Map<string, string>();
  for (const stage of pipeline.stages.values())
    keys.set(stage.name, JSON.stringify(await readCode(pipeline, stage, join(root, '.cache'), memory)));
  return keys;
}

let last: Map<string, string> | null = null;

/** The stages of which an edit changes the code. */
async function staleAfter(edit: () => Promise<void>): Promise<string[]> {
  const before = last ?? (await codes());
  await edit();
  last = await codes();
  return [...last]
    .filter(([name, key]) => before.get(name) !== key)
    .map(([name]) => name)
    .sort();
}

// That kernel and workers are files of the stages that use them, closures.test.ts finds without an edit.
const isLong = Boolean(process.env['GROKSCOPE_LONG']);

test('an edit of (long) the kernel and a worker, of a font, a helper or a version reaches the stages that use it, and no others', async () => {
  const comment = (path: string) => (): Promise<void> => appendFile(join(root, path), '\n// edited\n');
  const append = (path: string) => (): Promise<void> =>
    appendFile(join(root, path), path.endsWith('.ts') ? '\nexport const edited = 1;\n' : 'edited\n');
  const nobodys = [
    ...['lib/engines/kernel/wasm/worker.ts', 'lib/runner/schema.ts', 'stages/svd.params.ts'].map(comment),
    append('lib/runner/execute/all-stages.ts'),
  ];
  assert.deepEqual(await staleAfter(async () => void (await Promise.all(nobodys.map((edit) => edit())))), []);
  for (const path of isLong ? ['lib/engines/kernel/kernel.c', 'lib/engines/kernel/wasm/worker.ts'] : [])
    assert.deepEqual(await staleAfter(append(path)), KERNEL_USERS, path);
  const drawing = ['attention', 'curves', 'fourier', 'logits', 'neurons', 'progress', 'svd'];
  assert.deepEqual(await staleAfter(append(FONT)), drawing);
  assert.deepEqual(await staleAfter(append('lib/numerics/svd.ts')), ['fourier', 'logits', 'measures', 'svd']);
  const plot = async (): Promise<void> => {
    const [lock, installed] = ['package-lock.json', `node_modules/${ARRAYS}/package.json`].map((path) =>
      join(root, path),
    );
    const locked = await readFile(lock!, 'utf8');
    await writeFile(lock!, locked.replace(/("node_modules\/d3-array": \{\s+"version": ")/, '$19'));
    await writeFile(
      installed!,
      (await readFile(installed!, 'utf8')).replace('"version": "', '"version": "9'),
    );
  };
  assert.deepEqual(await staleAfter(plot), [...drawing, 'report'].sort());
});
