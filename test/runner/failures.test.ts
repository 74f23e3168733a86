// What goes wrong while stages run: the message, the exit code, and that nothing made before is lost.
import assert from 'node:assert/strict';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { outcomes, Project } from './project.ts';

const YAML = `stages:
  a: {}
  bad: { needs: [a] }
  after: { needs: [bad] }
  apart: { needs: [a] }
`;

let project: Project;
before(async () => {
  project = await Project.create(YAML, { a: {}, bad: {}, after: {}, apart: {} });
  const { code, err } = await project.pipeline();
  assert.equal(code, 0, err);
});
after(() => project.remove());

/** Gives `bad` another body and runs it. */
async function fail(body: string, ...args: string[]): ReturnType<Project['pipeline']> {
  await project.writeStage('bad', { body });
  return project.pipeline(...args);
}

test('an expected failure shows message, remedy and log, and no stack; dependants are skipped, old results stay', async () => {
  const before = await project.artifacts();
  const finished = await fail(
    `throw Object.assign(new Error('rows: 3 (at least 4)'), { remedy: 'give more rows' });`,
    '--jobs',
    '1',
    '--keep-going',
  );
  assert.equal(finished.code, 1);
  assert.deepEqual(outcomes(finished), { a: 'fresh', bad: 'failed', after: 'skipped', apart: 'fresh' });
  assert.match(
    finished.out,
    /^bad +failed\n {4}rows: 3 \(at least 4\)\n {4}give more rows\n {4}log: artifacts\/\.runs\/bad\/log\.txt$/m,
  );
  assert.match(finished.out, /^after +skipped \(bad failed\)$/m);
  assert.doesNotMatch(finished.out + finished.err, /\n\s+at /);
  assert.deepEqual(await project.artifacts(), before);
});

test('after a failure nothing new begins, unless told to keep going', async () => {
  await project.write('pipeline.yaml', `stages:\n  a: {}\n  bad: {}\n  apart: { params: { n: 4 } }\n`);
  const stopped = await fail(`throw Object.assign(new Error('no'), { remedy: '' });`, '--jobs', '1');
  assert.deepEqual(outcomes(stopped), { a: 'fresh', bad: 'failed', apart: 'skipped' });
  const finished = await project.pipeline('--jobs', '1', '--keep-going');
  assert.deepEqual(outcomes(finished), { a: 'fresh', bad: 'failed', apart: 'ran' });
  assert.equal(finished.code, 1);
  await project.write('pipeline.yaml', YAML);
});

test('a bug is told as one, and its stack stands in the log', async () => {
  const { out, code } = await fail(
    `(undefined as unknown as Project).nothing();\ntype Project = { nothing(): void };`,
    'bad',
  );
  assert.equal(code, 1);
  assert.match(
    out,
    /bad +failed\n {4}bug in stages\/bad\.ts: Cannot read .*\n {4}stack in artifacts\/\.runs\/bad\/log\.txt/,
  );
  assert.doesNotMatch(out, /\n\s+at /);
  assert.match(await project.read('artifacts/.runs/bad/log.txt'), /\n\s+at /);
});

test('a stage that ends without a word is shown with the last lines of its log', async () => {
  const { out } = await fail(`console.log('so far so good'); process.kill(process.pid, 'SIGKILL');`, 'bad');
  assert.match(out, /stages\/bad\.ts was killed by SIGKILL\n {4}so far so good\n {4}log: /);
  const early = await fail(`console.log('leaving'); process.exit(0);`, 'bad');
  assert.match(early.out, /stages\/bad\.ts ended before its work was done\n {4}leaving\n/);
});

test('a stage fails if it writes nothing, or anything but files', async () => {
  await project.write(
    'stages/bad.ts',
    (await project.read('stages/a.ts')).replace(/ {2}writeFileSync.*/, ''),
  );
  assert.match((await project.pipeline('bad')).out, /stages\/bad\.ts wrote nothing into its folder/);
  const link = await fail(`(await import('node:fs')).symlinkSync('/etc/hostname', out + '/link');`, 'bad');
  assert.match(link.out, /link is a symbolic link\n {4}a stage folder may hold only files and folders/);
});

test('what was edited while a stage ran is told; the result is used but never taken for a hit', async () => {
  await project.write('lib/slow.ts', 'export const slow = 1;\n');
  const edit = `(await import('node:fs')).appendFileSync(new URL('../lib/slow.ts', import.meta.url), '// edited');`;
  await project.writeStage('bad', { body: edit });
  await project.write('stages/bad.ts', `import '../lib/slow.ts';\n${await project.read('stages/bad.ts')}`);
  const finished = await project.pipeline('bad');
  assert.equal(finished.code, 0, finished.out);
  assert.match(
    finished.out,
    /bad +ran .*\n {4}lib\/slow\.ts changed while it ran: the result is used but not stored/,
  );
  const { key } = JSON.parse(await project.read('artifacts/.runs/bad/provenance.json'));
  await assert.rejects(stat(join(project.root, '.cache/records', `${key}.json`)));
  assert.match((await project.run('status')).out, /^bad +stale/m);
});

test('undeclared environment variables do not reach a stage; declared ones do, and are in its key', async () => {
  await project.write('pipeline.yaml', `stages:\n  bad: { env: [SEEN] }\n`);
  await project.writeStage('bad', {
    body: `read.push([process.env.SEEN, process.env.UNSEEN, process.env.LANG, process.env.TZ].join());`,
  });
  const run = (SEEN: string, UNSEEN: string): ReturnType<Project['pipeline']> =>
    project.start(['pipeline'], { SEEN, UNSEEN, LANG: 'de_DE.UTF-8', TZ: 'Asia/Tokyo' }).finished;
  await run('one', 'x');
  assert.match(await project.read('artifacts/bad/result.txt'), /one,,C\.UTF-8,UTC/);
  assert.deepEqual(outcomes(await run('one', 'y')), { bad: 'fresh' });
  assert.match((await run('two', 'y')).out, /bad +ran .* env\.SEEN: one -> two/);
});

test('a resumed attempt finds what the last one left; a finished one leaves nothing behind', async () => {
  await project.write('pipeline.yaml', `stages: { bad: {} }\n`);
  const body = `
    const file = resume_dir + '/tries';
    appendFileSync(file, '.');
    if (readFileSync(file, 'utf8').length < 3) process.kill(process.pid, 'SIGKILL');
    read.push(readFileSync(file, 'utf8'));`;
  for (const code of [1, 1, 0]) assert.equal((await fail(body)).code, code);
  assert.match(await project.read('artifacts/bad/result.txt'), /\.\.\./);
  assert.deepEqual(await readdir(join(project.root, '.cache/resume')), []);
});

test('a folder that no run has made is not replaced', async () => {
  await project.write('elsewhere/bad/thesis.txt', 'years of work');
  const { code, out } = await project.pipeline('--artifacts', 'elsewhere');
  assert.equal(code, 1);
  assert.match(out, /elsewhere\/bad holds files that no run of this pipeline made \(thesis\.txt\)/);
  assert.equal(await project.read('elsewhere/bad/thesis.txt'), 'years of work');
});

test('a cache that cannot be written fails the stage and leaves the old result', async () => {
  const before = await project.artifacts();
  await project.write('blocked', 'a file where a folder should be');
  const { code, out, err } = await fail('', '--cache', 'blocked', '--force');
  assert.equal(code, 1);
  assert.match(out, /bad +failed\n {4}\S+: (not a folder|no such file|file exists)/);
  assert.doesNotMatch(out + err, /\n\s+at /);
  assert.deepEqual(await project.artifacts(), before);
  await rm(join(project.root, 'blocked'));
});
