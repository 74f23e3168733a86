// What the tests of kills share: a project, and a run that is disturbed before a plain rerun, which must leave what an
// undisturbed run would, and nothing of the killed one. GROKSCOPE_LONG=1 kills at every step and at 200 moments.
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { createRandom } from '../files/damage.ts';
import { ageTemporaries, assertTidy, snapshot } from './aftermath.ts';
import type { Finished } from '../in-process.ts';
import { SwiftProject } from './swift.ts';

export const LONG = process.env['GROKSCOPE_LONG'] === '1';
export const SEED = Number(process.env['GROKSCOPE_SEED'] ?? Date.now() % 2 ** 31);
const SHORT_KILLS = 2;
const preload = [new URL('kill-at.mjs', import.meta.url).href];

const YAML = `stages:
  a: { run: stages/a.mjs }
  b: { run: stages/b.mjs, needs: [a] }
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
export const STAGE_POINTS = 6;
/** A project whose stage folders hold the results for n = 1, and what they hold for n = 1 and n = 2. */
export async function create(t: TestContext): Promise<{ project: SwiftProject; rerun: Rerun }> {
  const project = await SwiftProject.create(YAML, { a: { body: BODY }, b: { body: BODY } });
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
export type Rerun = (
  disturb: (args: readonly string[]) => Promise<Finished>,
  stored: boolean,
  where: string,
) => Promise<Finished>;

/** Some of 1 ... `count`; in the long tests all. */
export function choose(count: number, random: (below: number) => number): number[] {
  if (!LONG) return Array.from({ length: SHORT_KILLS }, () => 1 + random(count));
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** Starts a run that kill-at.mjs kills, or counts. */
export const startKilled = (
  project: SwiftProject,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Finished> => project.start(args, env, { preload }).finished;

/** How many steps a whole run has. */
export async function countSteps(project: SwiftProject, rerun: Rerun, stored: boolean): Promise<number> {
  const counter = join(project.root, 'count');
  await rerun((args) => startKilled(project, args, { KILL_COUNT: counter }), stored, 'counting');
  const steps = Number(await readFile(counter, 'utf8'));
  assert.ok(steps > 40, `${steps} steps`);
  return steps;
}

/** Kills what `kill` names, as kill-at.mjs has it, at steps of runs whose results the store has, or has not. */
export function killAtSteps(title: string, kill: 'runner' | 'half' | 'stage', stored: boolean): void {
  it(`${title}: a plain rerun ends as if undisturbed`, async (t) => {
    const { project, rerun } = await create(t);
    const steps = await countSteps(project, rerun, stored);
    const chosen = choose(steps, createRandom(SEED + kill.length));
    t.diagnostic(`seed ${SEED}: ${kill} at ${LONG ? 'each' : `steps ${chosen.join(', ')}`} of ${steps}`);
    for (const step of chosen) {
      const where = `${kill} at step ${step}, seed ${SEED}\n`;
      const env = { KILL: kill, KILL_AT: String(step) };
      const { code } = await rerun((args) => startKilled(project, args, env), stored, where);
      // Some steps, such as a wait for a lock, come more or less often.
      if (kill !== 'stage' && step < steps - 10) assert.equal(code, null, where);
    }
  });
}
