// SIGKILL of the runner and of stages, at steps of making, storing, publishing and restoring and at random moments.
// Afterwards a plain rerun leaves what an undisturbed run would, and nothing of the killed one. GROKSCOPE_LONG=1 kills at
// every step and at 300 moments.
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../files/damage.ts';
import { ageTemporaries, assertTidy, snapshot } from './aftermath.ts';
import type { Finished } from './project.ts';
import { SwiftProject } from './swift.ts';

const LONG = process.env['GROKSCOPE_LONG'] === '1';
const MOMENTS = LONG ? 300 : 20;
const SHORT_KILLS = 2;
const SEED = Number(process.env['GROKSCOPE_SEED'] ?? Date.now() % 2 ** 31);
const preload = [new URL('kill-at.mjs', import.meta.url).href];

const YAML = `stages:
  a: { run: stages/a.mjs }
  b: { run: stages/b.mjs, needs: [a] }
  c: { run: stages/c.mjs, needs: [a] }
`;

// Writes of every kind, and what a later attempt goes on from. Kills itself at the step that the file runs/cut names.
const BODY = `
  const cut = existsSync(runs + 'cut') ? Number(readFileSync(runs + 'cut', 'utf8')) : 0;
  let step = 0;
  const point = () => { if (++step === cut) process.kill(process.pid, 'SIGKILL'); };
  const text = 'n is ' + params.n + read;
  point();
  mkdirSync(out + '/deep/empty', { recursive: true });
  point();
  writeFileSync(out + '/deep/text', text.slice(0, 3));
  point();
  const kept = existsSync(resume_dir + '/state') ? readFileSync(resume_dir + '/state', 'utf8') : text;
  writeFileSync(out + '/deep/text', kept, { mode: 0o755 });
  writeFileSync(out + '/same', 'in every stage');
  point();
  writeFileSync(resume_dir + '/state', text);
  point();
  process.on('exit', point);`;
const STAGE_POINTS = 6;
const NAMES = ['a', 'b', 'c'];

/** A project whose stage folders hold the results for n = 1, and what they hold for n = 1 and n = 2. */
async function create(t: TestContext): Promise<{ project: SwiftProject; rerun: Rerun }> {
  const project = await SwiftProject.create(YAML, { a: { body: BODY }, b: {}, c: { body: BODY } });
  t.after(() => project.remove());
  const expected: Record<number, Record<string, string>> = {};
  let n = 1;
  for (n of [2, 1]) {
    const { code, out, err } = await project.pipeline('--set', `a.n=${n}`);
    assert.equal(code, 0, out + err);
    expected[n] = await snapshot(project);
  }
  assert.notDeepEqual(expected[1], expected[2]);
  const rerun: Rerun = async (disturb, stored, where) => {
    n = 3 - n;
    if (!stored) await rm(join(project.root, '.cache/records'), { recursive: true, force: true });
    const args = ['pipeline', '--set', `a.n=${n}`, '--jobs', '1'];
    const disturbed = await disturb(args);
    await ageTemporaries(project);
    const { code, out, err } = await project.run(...args.slice(0, 3));
    assert.equal(code, 0, where + out + err);
    assert.doesNotMatch(out + err, /damaged|missing/, where);
    assert.deepEqual(await snapshot(project), expected[n], where);
    await assertTidy(project, where);
    return disturbed;
  };
  return { project, rerun };
}

/**
 * `disturb` starts a run with other params than what stands in the stage folders; with `stored` the store has its
 * results. Then comes a plain run.
 */
type Rerun = (
  disturb: (args: readonly string[]) => Promise<Finished>,
  stored: boolean,
  where: string,
) => Promise<Finished>;

/** Some of 1 ... `count`; in the long tests all. */
function choose(count: number, random: (below: number) => number): number[] {
  if (!LONG) return Array.from({ length: SHORT_KILLS }, () => 1 + random(count));
  return Array.from({ length: count }, (_, i) => i + 1);
}

describe('SIGKILL', { concurrency: 2 }, () => {
  for (const [title, kills, stored] of [
    ['the runner at steps of making results, and amid writes', ['runner', 'half'], false],
    ['the runner at steps of restoring, and amid writes', ['runner', 'half'], true],
    ['the stage at steps of the runner', ['stage'], false],
  ] as const)
    it(`of ${title}: a plain rerun ends as if undisturbed`, async (t) => {
      const { project, rerun } = await create(t);
      const counter = join(project.root, 'count');
      const start = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> =>
        project.start(args, env, { preload }).finished;
      await rerun((args) => start(args, { KILL_COUNT: counter }), stored, 'counting');
      const steps = Number(await readFile(counter, 'utf8'));
      assert.ok(steps > 50, `${steps} steps`);
      for (const KILL of kills) {
        const chosen = choose(steps, createRandom(SEED + KILL.length));
        t.diagnostic(`seed ${SEED}: ${KILL} at ${LONG ? 'each' : `steps ${chosen.join(', ')}`} of ${steps}`);
        for (const step of chosen) {
          const where = `${KILL} at step ${step}, seed ${SEED}\n`;
          const env = { KILL, KILL_AT: String(step) };
          const { code } = await rerun((args) => start(args, env), stored, where);
          // Some steps, such as a wait for a lock, come more or less often.
          if (KILL !== 'stage' && step < steps - 10) assert.equal(code, null, where);
        }
      }
    });

  it('of a stage at a step of its own: the run fails and a plain rerun ends as if undisturbed', async (t) => {
    const { project, rerun } = await create(t);
    const chosen = choose(STAGE_POINTS, createRandom(SEED));
    t.diagnostic(`seed ${SEED}: killed at steps ${chosen.join(' ')} of ${STAGE_POINTS}`);
    for (const step of chosen) {
      const disturb = async (args: readonly string[]): Promise<Finished> => {
        await writeFile(join(project.root, 'runs/cut'), String(step));
        const finished = await project.run(...args);
        await rm(join(project.root, 'runs/cut'));
        return finished;
      };
      const { code, out } = await rerun(disturb, false, `step ${step}\n`);
      assert.equal(code, 1);
      assert.match(out, /stages\/a\.mjs was killed by SIGKILL/);
    }
  });

  it(`of runner or stage at ${MOMENTS} random moments: a plain rerun ends as if undisturbed`, async (t) => {
    const { project, rerun } = await create(t);
    const random = createRandom(SEED);
    t.diagnostic(`seed ${SEED}`);
    const lasts = { true: 0, false: 0 };
    for (const stored of [false, true]) {
      const started = performance.now();
      await rerun((args) => project.run(...args), stored, 'timing');
      lasts[`${stored}`] = (performance.now() - started) / 2;
    }
    let killed = 0;
    for (let i = 0; i < MOMENTS; i++) {
      const stored = random(3) === 0;
      const moment = random(lasts[`${stored}`]);
      const disturb = async (args: readonly string[]): Promise<Finished> => {
        const { child, finished } = project.start(args);
        await Promise.race([sleep(moment), finished]);
        if (random(3) > 0 || !(await killStage(project))) child.kill('SIGKILL');
        return finished;
      };
      const { code } = await rerun(disturb, stored, `seed ${SEED}, kill ${i} after ${moment} ms\n`);
      if (code !== 0) killed++;
    }
    t.diagnostic(`${killed} runs did not reach their end`);
    assert.ok(killed > MOMENTS / 4, `${killed} of ${MOMENTS}`);
    const verdict = await project.run('verify');
    assert.equal(verdict.code, 0, verdict.out);
  });
});

/** Kills the stage that runs now; false where none does. */
async function killStage(project: SwiftProject): Promise<boolean> {
  for (const name of NAMES) {
    const text = await project.read(`artifacts/.runs/${name}/running.json`).catch(() => '');
    if (text === '') continue;
    try {
      return process.kill((JSON.parse(text) as { pid: number }).pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
  return false;
}
