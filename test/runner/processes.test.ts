// Processes that die, are killed or meet: no orphan, no half-written folder, no lock to remove by hand.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { loader } from '../loader.ts';
import { outcomes, Project } from './project.ts';

// `slow` tells its process id, and takes as long as its param n says (in tenths of a second), or until runs/enough is there.
// (A folder is no asset of a stage, so what stands in it is not in the key.)
const SLOW = `
  writeFileSync(runs + 'pid', String(process.pid));
  for (let i = 0; i < params.n && !readdirSync(runs).includes('enough'); i++) {
    writeFileSync(out + '/half.txt', 'half');
    await new Promise((resolve) => setTimeout(resolve, 100));
    progress(i, params.n);
  }`;
const WAITING = /slow +waiting for process \d+ on \S+, which is working on this stage/;
const YAML = 'stages:\n  slow: { params: { n: 100 } }\n  next: { needs: [slow] }\n';

async function create(t: TestContext): Promise<Project> {
  const project = await Project.create(YAML, { slow: { body: SLOW }, next: {} });
  t.after(() => project.remove());
  return project;
}

/** Waits for the stage to be in the middle of its work; gives its process id. */
async function stagePid(project: Project): Promise<number> {
  for (let tries = 0; tries < 300; tries++) {
    const pid = Number(await project.read('runs/pid').catch(() => ''));
    if (pid > 0) return pid;
    await sleep(50);
  }
  throw new Error('the stage did not start');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function assertGone(pid: number): Promise<void> {
  for (let tries = 0; isAlive(pid); tries++) {
    assert.ok(tries < 100, `process ${pid} is still alive`);
    await sleep(50);
  }
}

/** A plain rerun, with the stage made quick, leaves what an undisturbed run would. */
async function assertRecovers(project: Project): Promise<void> {
  const finished = await project.pipeline('--set', 'slow.n=1');
  assert.equal(finished.code, 0, finished.out + finished.err);
  assert.deepEqual(outcomes(finished), { slow: 'ran', next: 'ran' });
  assert.deepEqual(await project.artifacts(), {
    '/artifacts/next/result.txt': '1\nslow half\nslow 1\n'.replace('half\nslow', 'halfslow'),
    '/artifacts/slow/half.txt': 'half',
    '/artifacts/slow/result.txt': '1\n',
  });
  const left = await readdir(join(project.root, 'artifacts/.runs/slow'));
  assert.deepEqual(left.sort(), ['claimed', 'log.txt', 'provenance.json']);
}

// Each has a project of its own and mostly waits.
describe('processes', { concurrency: 3 }, () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    it(`${signal} reaches the stage, stops it and ends with ${code}`, async (t) => {
      const project = await create(t);
      const heard = `process.on('${signal}', () => { writeFileSync(runs + 'heard', '${signal}'); process.exit(1); });`;
      await project.writeStage('slow', { body: heard + SLOW });
      const { child, finished } = project.start(['pipeline']);
      const pid = await stagePid(project);
      child.kill(signal);
      const { code: ended, out } = await finished;
      assert.equal(ended, code);
      assert.match(out, new RegExp(`slow +failed\\n {4}stopped by ${signal}\\nnext +skipped`));
      await assertGone(pid);
      assert.equal(await project.read('runs/heard'), signal);
      await assert.rejects(readdir(join(project.root, 'artifacts/slow')));
    });

  it('a stage that ignores SIGTERM is killed after a grace period', { timeout: 60_000 }, async (t) => {
    const project = await create(t);
    await project.writeStage('slow', { body: `process.on('SIGTERM', () => {});${SLOW}` });
    const { child, finished } = project.start(['pipeline', '--set', 'slow.n=100000']);
    const pid = await stagePid(project);
    child.kill('SIGTERM');
    assert.equal((await finished).code, 143);
    await assertGone(pid);
  });

  it('after SIGKILL of the runner no stage goes on, and a plain rerun recovers', async (t) => {
    const project = await create(t);
    const { child, finished } = project.start(['pipeline']);
    const pid = await stagePid(project);
    child.kill('SIGKILL');
    await finished;
    await assertGone(pid);
    await assertRecovers(project);
  });

  it('a stage too busy to notice that its runner died is ended by the next run', async (t) => {
    const project = await create(t);
    await project.writeStage('slow', {
      body: `if (params.n > 1) { writeFileSync(runs + 'pid', String(process.pid)); for (;;); }
           writeFileSync(out + '/half.txt', 'half');`,
    });
    const { child, finished } = project.start(['pipeline']);
    const pid = await stagePid(project);
    child.kill('SIGKILL');
    await finished;
    assert.ok(isAlive(pid));
    await assertRecovers(project);
    await assertGone(pid);
  });

  it('after SIGKILL of the stage the run fails, says so, and a plain rerun recovers', async (t) => {
    const project = await create(t);
    const { finished } = project.start(['pipeline']);
    process.kill(await stagePid(project), 'SIGKILL');
    const { code, out } = await finished;
    assert.equal(code, 1);
    assert.match(out, /slow +failed\n {4}stages\/slow\.ts was killed by SIGKILL/);
    await assertRecovers(project);
  });

  it('the runner stops when its parent goes away', async (t) => {
    const project = await create(t);
    const main = new URL('../../commands/pipeline.ts', import.meta.url).pathname;
    const parent: ChildProcess = spawn(
      '/bin/sh',
      ['-c', `'${process.execPath}' --import '${loader}' '${main}' pipeline & wait`],
      {
        cwd: project.root,
        stdio: 'ignore',
      },
    );
    const pid = await stagePid(project);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await assertGone(pid);
  });

  it('of runners started at once on a cold project, one runs each stage and the others find it done', async (t) => {
    const project = await create(t);
    await project.write('pipeline.yaml', YAML.replace('100', '3000'));
    const started = [1, 2, 3, 4].map(() => project.start(['pipeline']));
    let waiting = 0;
    for (const { child } of started)
      createInterface(child.stdout!).on('line', (line) => {
        if (WAITING.test(line) && ++waiting === started.length - 1) void project.write('runs/enough', '');
      });
    const all = await Promise.all(started.map(({ finished }) => finished));
    for (const { code, err, out } of all) assert.equal(code, 0, out + err);
    assert.equal(await project.runs('slow'), 1);
    assert.equal(await project.runs('next'), 1);
    assert.equal(waiting, 3);
  });
});
