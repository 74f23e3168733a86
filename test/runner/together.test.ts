// Runners that meet, on a chain of stages: each stage is run once, no mixture of two runs is left, nothing stays behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertTidy, snapshot } from './aftermath.ts';
import type { Finished } from '../in-process.ts';
import { outcomes } from './project.ts';
import { MacProject, SwiftProject } from './swift.ts';

const LONG = process.env['GROKSCOPE_LONG'] === '1';
const AT_ONCE = LONG ? 10 : 3;
const STAGES = ['a', 'b', 'c', 'd'];
const YAML = `stages:
  a: { run: stages/a.mjs }
  b: { run: stages/b.mjs, needs: [a] }
  c: { run: stages/c.mjs, needs: [b] }
  d: { run: stages/d.mjs, needs: [a, c] }
`;
/** Tells its process id, and takes its time until there is a file runs/quick. */
const SLOW = `
  writeFileSync(runs + 'pid', String(process.pid));
  await new Promise((resolve) => setTimeout(resolve, existsSync(runs + 'quick') ? 800 : 30_000));`;
const SLOW_YAML = 'stages:\n  slow: { run: stages/slow.mjs }\n';

async function createChain(t: TestContext): Promise<SwiftProject> {
  const project = await SwiftProject.create(YAML, Object.fromEntries(STAGES.map((name) => [name, {}])));
  t.after(() => project.remove());
  return project;
}

function assertFine({ code, out, err }: Finished): void {
  assert.equal(code, 0, out + err);
}

async function slowPid(project: SwiftProject): Promise<number> {
  for (let tries = 0; tries < 6000; tries++) {
    const pid = Number(await project.read('runs/pid').catch(() => ''));
    if (pid > 0) return pid;
    await sleep(20);
  }
  throw new Error('the stage did not start');
}

/** Well before the stage ends by itself. */
async function assertGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(20);
  }
  throw new Error(`process ${pid} is still alive`);
}

/** Makes results old enough for a gc to take them. */
async function ageResults(project: SwiftProject): Promise<void> {
  const old = new Date(Date.now() - 7_200_000);
  for (const folder of ['records', 'objects'])
    for (const name of await readdir(join(project.root, '.cache', folder), { recursive: true }))
      await utimes(join(project.root, '.cache', folder, name), old, old);
}

describe('runners that meet', { concurrency: 2 }, () => {
  it(`${AT_ONCE} started at once on a cold project run every stage exactly once`, async (t) => {
    const project = await createChain(t);
    const all = await Promise.all(
      Array.from({ length: AT_ONCE }, () => project.start(['pipeline']).finished),
    );
    for (const finished of all) assertFine(finished);
    for (const stage of STAGES) assert.equal(await project.runs(stage), 1, stage);
    await assertTidy(project);
  });

  it('two with different params leave the folders whole, of one of them, and both results in the store', async (t) => {
    const project = await createChain(t);
    const expected: Record<string, string>[] = [];
    for (const n of [2, 3]) {
      assertFine(await project.pipeline('--set', `a.n=${n}`));
      expected.push(await snapshot(project));
    }
    for (const round of LONG ? [1, 2, 3] : [1]) {
      // A param of the last stage makes keys of which the store has nothing in this round.
      const sets = [2, 3].map((n) => ['--set', `a.n=${n}`, '--set', `d.n=${round + 1}`]);
      for (const finished of await Promise.all(
        sets.map((set) => project.start(['pipeline', ...set]).finished),
      ))
        assertFine(finished);
      const left = await snapshot(project);
      const owners = expected.map((each): Record<string, string> => ({
        ...each,
        'd/result.txt': each['d/result.txt']!.replace(/^01/, `0${round + 1}`),
      }));
      const owner = owners.find((each) => each['a/result.txt'] === left['a/result.txt']);
      assert.deepEqual(left, owner, `round ${round}`);
      for (const set of sets) assert.doesNotMatch((await project.pipeline(...set)).out, /ran/);
    }
    await assertTidy(project);
    assert.equal((await project.run('verify')).code, 0);
  });

  it('two with different params that meet in opposite order leave no folder of the other', async (t) => {
    const lines = ['x', 'y'].map((name) => `  ${name}: { run: stages/${name}.mjs }\n`);
    const body = 'await new Promise((resolve) => setTimeout(resolve, 500));';
    const project = await SwiftProject.create(`stages:\n${lines.join('')}`, { x: { body }, y: { body } });
    t.after(() => project.remove());
    await project.write('reversed.yaml', `stages:\n${lines.reverse().join('')}`);
    const start = (n: number, ...args: string[]): Promise<Finished> =>
      project.start(['pipeline', '--jobs', '1', '--set', `x.n=${n}`, '--set', `y.n=${n}`, ...args]).finished;
    for (const finished of await Promise.all([start(2), start(3, '--file', 'reversed.yaml')]))
      assertFine(finished);
    const { 'x/result.txt': x, 'y/result.txt': y } = await snapshot(project);
    assert.match(x!, /^0[23]\n$/);
    assert.equal(x, y);
    await assertTidy(project);
  });

  it('two with folders of their own and one cache make every result once', async (t) => {
    const project = await createChain(t);
    const all = await Promise.all(
      ['one', 'two'].map((folder) => project.start(['pipeline', '--artifacts', folder]).finished),
    );
    for (const finished of all) assertFine(finished);
    for (const stage of STAGES) {
      assert.equal(await project.runs(stage), 1, stage);
      const [one, two] = ['one', 'two'].map((folder) => project.read(`${folder}/${stage}/result.txt`));
      assert.equal(await one, await two);
    }
  });

  it('gc beside runs that make and restore results takes nothing that they need', async (t) => {
    const project = await createChain(t);
    for (const n of [1, 2]) assertFine(await project.pipeline('--set', `a.n=${n}`));
    const expected = await snapshot(project);
    for (const n of LONG ? [1, 2, 1, 2] : [1, 2]) {
      await ageResults(project);
      const run = project.start(['pipeline', '--set', `a.n=${n}`]).finished;
      for (let i = 0; i < 3; i++) assertFine(await project.run('gc', '--keep', '1'));
      assertFine(await run);
    }
    assert.deepEqual(await snapshot(project), expected);
    const verdict = await project.run('verify');
    assert.equal(verdict.code, 0, verdict.out);
    await assertTidy(project);
  });

  it('where only ps tells of other processes, a dead runner is told from a living one all the same', async (t) => {
    const project = await MacProject.create(SLOW_YAML, { slow: { body: SLOW } });
    t.after(() => project.remove());
    const killed = project.start(['pipeline']);
    const pid = await slowPid(project);
    killed.child.kill('SIGKILL');
    await killed.finished;
    const us = {
      host: hostname(),
      boot: '',
      namespace: '',
      pid: process.pid,
      started: 'Thu Jan 1 00:00:00 1970',
    };
    await project.write('artifacts/.runs/slow/lock/exclusive-0', JSON.stringify(us)); // of an id that was given again
    await project.write('runs/quick', '');
    const both = await Promise.all([1, 2].map(() => project.start(['pipeline']).finished));
    for (const finished of both) assertFine(finished);
    assert.deepEqual(both.map((each) => outcomes(each)['slow']).sort(), ['fresh', 'ran']);
    assert.equal(await project.runs('slow'), 2);
    await assertGone(pid);
    await assertTidy(project);
  });
});

describe('what a runner is attached to', { concurrency: 2 }, () => {
  it(
    'a terminal that is closed ends the runner and its stage',
    { skip: process.platform === 'linux' ? false : 'script(1) takes other options here' },
    async (t) => {
      const project = await SwiftProject.create(SLOW_YAML, { slow: { body: SLOW } });
      t.after(() => project.remove());
      const command = `'${process.execPath}' lib/runner/main.mjs pipeline`;
      const terminal = spawn('script', ['-qec', command, '/dev/null'], {
        cwd: project.root,
        stdio: 'ignore',
      });
      const pid = await slowPid(project);
      terminal.kill('SIGKILL');
      await once(terminal, 'exit');
      await assertGone(pid);
      await project.write('runs/quick', '');
      assertFine(await project.pipeline());
      await assertTidy(project);
    },
  );

  it('a reader that goes away does not end the run', async (t) => {
    const project = await createChain(t);
    const { child, finished } = project.start(['pipeline', '--json']);
    child.stdout!.once('data', () => child.stdout!.destroy());
    assert.equal((await finished).code, 0);
    for (const stage of STAGES) assert.equal(await project.runs(stage), 1, stage);
  });

  it('a stage that prints 50 MB makes the log grow and not the runner', async (t) => {
    const line = '${"x".repeat(99_999)}';
    const project = await SwiftProject.create('stages:\n  loud: { run: stages/loud.mjs }\n', {
      loud: {
        body: `for (let i = 0; i < params.n; i++) process.stdout.write(\`${line}\\n\`);
               if (params.n > 1) throw Object.assign(new Error('loud enough'), { remedy: 'be quiet' });`,
      },
    });
    t.after(() => project.remove());
    const preload = [new URL('peak-memory.mjs', import.meta.url).href];
    const peaks: number[] = [];
    for (const n of [1, 500]) {
      const PEAK = join(project.root, `peak-${n}`);
      const finished = await project.start(['pipeline', '--set', `loud.n=${n}`], { PEAK }, { preload })
        .finished;
      assert.equal(finished.code, n > 1 ? 1 : 0);
      peaks.push(Number(await readFile(PEAK, 'utf8')) / 1024);
      if (n === 1) continue;
      assert.match(finished.out, /loud enough\n {4}be quiet\n/);
      assert.ok(finished.out.length < 1000);
    }
    assert.ok((await readFile(join(project.root, 'artifacts/.runs/loud/log.txt'))).length > 50e6 - 1e5);
    t.diagnostic(`most memory of the runner: ${peaks.map((peak) => peak.toFixed(0)).join(' and ')} MiB`);
    assert.ok(peaks[1]! - peaks[0]! < 20, peaks.join(' '));
  });
});
