// What a stage runs is what its key was made of, whatever happens to the files meanwhile.
import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finished } from '../in-process.ts';
import { outcomes } from './project.ts';
import { SwiftProject } from './swift.ts';

const NAMES = ['modules', 'children', 'assets', 'model'];
const YAML = `stages: { ${NAMES.map((name) => `${name}: { run: stages/${name}.mjs }`).join(', ')} }\n`;
const MODEL_PARAMS = `
import { file, object } from '../lib/runner/schema.mjs';
export const params = object({ model: file({ default: 'model.bin' }) });
`;

// Says that it started, and goes on with each step when the test says so.
const WAIT = `
  const { existsSync } = await import('node:fs');
  const until = async (name) => { while (!existsSync(runs + name)) await new Promise((go) => setTimeout(go, 5)); };
  writeFileSync(runs + 'started', '');
  await until('edited');
  const found = [];`;
const END = `
  writeFileSync(runs + 'read', '');
  await until('restored');
  writeFileSync(out + '/found.txt', found.join(' '));`;

const BODIES = {
  modules: `found.push((await import('../lib/late.ts')).late);
    found.push((await import('../lib/late.json', { with: { type: 'json' } })).default.late);`,
  children: `const { fork } = await import('node:child_process');
    const { Worker } = await import('node:worker_threads');
    const { fileURLToPath } = await import('node:url');
    const child = fork(fileURLToPath(new URL('../lib/child.ts', import.meta.url)));
    found.push(await new Promise((resolve) => child.once('message', resolve)));
    const worker = new Worker(new URL('../lib/child.ts', import.meta.url));
    found.push(await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)));`,
  assets: `found.push(readFileSync(new URL('../lib/late.txt', import.meta.url), 'utf8'));`,
  model: `found.push(readFileSync(params.model, 'utf8'));`,
};
const LATE = (value: string): string => `export const late: string = '${value}';\n`;
const CHILD = `
import { parentPort } from 'node:worker_threads';
import { late } from './late.ts';
const { href } = new URL('./late.ts', import.meta.url);
const answer: string = href.endsWith('/lib/late.ts') ? late : href;
if (parentPort) parentPort.postMessage(answer); else process.send!(answer);
`;

let project: SwiftProject;
before(async () => {
  const stages = Object.entries(BODIES).map(([name, body]) => [name, { body: WAIT + body + END }] as const);
  project = await SwiftProject.create(YAML, Object.fromEntries(stages));
  await project.write('stages/model.params.mjs', MODEL_PARAMS);
  await project.write('lib/late.ts', LATE('first'));
  await project.write('lib/late.json', `{ "late": "first" }`);
  await project.write('lib/first.txt', 'first');
  await project.write('lib/other.txt', 'other');
  await symlink('first.txt', join(project.root, 'lib/late.txt'));
  await project.write('lib/child.ts', CHILD);
  await project.write('model.bin', 'first');
});
after(() => project.remove());

async function appears(name: string): Promise<void> {
  while (!(await stat(join(project.root, 'runs', name)).catch(() => null))) await sleep(5);
}

/** Runs a stage; `edit` takes place after it began, `restore` before it ends. */
async function disturb(
  stage: string,
  edit: () => Promise<void>,
  restore: () => Promise<void>,
): Promise<Finished> {
  for (const name of ['started', 'edited', 'read', 'restored'])
    await rm(join(project.root, 'runs', name), { force: true });
  const { finished } = project.start(['pipeline', stage]);
  const orders = async (): Promise<void> => {
    await appears('started');
    await edit();
    await project.write('runs/edited', '');
    await appears('read');
    await restore();
    await project.write('runs/restored', '');
  };
  await Promise.race([orders(), finished]);
  return finished;
}

test('code that changes while a stage runs, and changes back, is not what runs', async () => {
  const write = async (value: string): Promise<void> => {
    await project.write('lib/late.ts', LATE(value));
    await project.write('lib/late.json', `{ "late": "${value}" }`);
  };
  for (const stage of ['modules', 'children']) {
    const ran = await disturb(
      stage,
      () => write('other'),
      () => write('first'),
    );
    assert.deepEqual(outcomes(ran), { [stage]: 'ran' }, ran.out + ran.err);
    assert.equal(await project.read(`artifacts/${stage}/found.txt`), 'first first');
  }
  assert.deepEqual(outcomes(await project.pipeline('modules')), { modules: 'fresh' });
});

test('a result is kept for the code that ran, though that was edited meanwhile', async () => {
  await project.write('lib/late.ts', LATE('earlier'));
  const edit = (): Promise<void> => project.write('lib/late.ts', LATE('first'));
  const ran = await disturb('modules', edit, async () => {});
  assert.doesNotMatch(ran.out, /not stored/);
  assert.equal(await project.read('artifacts/modules/found.txt'), 'earlier first');
  assert.deepEqual(outcomes(await project.pipeline('modules')), { modules: 'restored' });
  assert.equal(await project.read('artifacts/modules/found.txt'), 'first first');
});

/** Has a link point to `to`. */
async function relink(path: string, to: string): Promise<void> {
  await rm(join(project.root, path));
  await symlink(to, join(project.root, path));
}

for (const [stage, name, change] of [
  ['assets', 'lib/late.txt', (value: string) => relink('lib/late.txt', `${value}.txt`)],
  ['model', 'params.model', (value: string) => project.write('model.bin', value)],
] as const)
  test(`${name} that changes while a stage runs, and changes back, leaves a result that is used and not stored`, async () => {
    const ran = await disturb(
      stage,
      () => change('other'),
      () => change('first'),
    );
    assert.deepEqual(outcomes(ran), { [stage]: 'ran' }, ran.out + ran.err);
    assert.ok(ran.out.includes(`${name} changed while it ran: the result is used but not stored`), ran.out);
    assert.equal(await project.read(`artifacts/${stage}/found.txt`), 'other');
    assert.deepEqual(outcomes(await project.run('status', stage)), { [stage]: 'stale' });
  });

test('a text that is damaged in the cache while its stage runs does not run', async () => {
  await project.write('lib/late.ts', LATE('kept'));
  const code = join(project.root, '.cache/code');
  const forge = async (): Promise<void> => {
    for (const name of await readdir(code))
      if ((await readFile(join(code, name), 'utf8')).includes('"kept"'))
        await writeFile(join(code, name), `export const late = 'forged';\n`);
  };
  const ran = await disturb('modules', forge, async () => {});
  assert.deepEqual(outcomes(ran), { modules: 'failed' }, ran.out + ran.err);
  assert.match(ran.out, /\.cache\/code\/[0-9a-f]{64} is damaged/);
  assert.deepEqual(
    outcomes(
      await disturb(
        'modules',
        async () => {},
        async () => {},
      ),
    ),
    { modules: 'ran' },
  );
  assert.equal(await project.read('artifacts/modules/found.txt'), 'kept first');
});

test('a text that is damaged or gone in the cache is made again before it runs', async () => {
  await project.writeStage('modules', {
    body: `const { late } = await import('../lib/late.ts'); read.concat(late);`,
  });
  assert.deepEqual(outcomes(await project.pipeline('modules')), { modules: 'ran' });
  const result = await project.read('artifacts/modules/result.txt');
  const code = join(project.root, '.cache/code');
  for (const spoil of [
    (path: string) => writeFile(path, `export const late = 'forged';\n`),
    (path: string) => rm(path),
  ]) {
    for (const name of await readdir(code)) await spoil(join(code, name));
    const ran = await project.pipeline('modules', '--force');
    assert.deepEqual(outcomes(ran), { modules: 'ran' }, ran.out);
    assert.equal(await project.read('artifacts/modules/result.txt'), result);
  }
});

test('a stack trace names the line of the file', async () => {
  const body = `\n\n// a comment\n\n  const fails = () => { throw new TypeError('at\\nline'); };\n  fails();`;
  await project.writeStage('modules', { body });
  const { code, out } = await project.pipeline('modules');
  assert.equal(code, 1, out);
  const lines = (await project.read('stages/modules.mjs')).split('\n');
  const line = lines.findIndex((text) => text.includes('const fails')) + 1;
  const log = await project.read('artifacts/.runs/modules/log.txt');
  assert.match(log, new RegExp(`TypeError: at\nline\n +at fails \\(.*/stages/modules.mjs:${line}:31\\)\n`));
});
