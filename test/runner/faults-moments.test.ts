// SIGKILL of stages at steps of the runner, and of either somewhen after a step.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../files/damage.ts';
import { countSteps, create, killAtSteps, LONG, SEED, startKilled } from './faults.ts';

const KILLS = LONG ? 200 : 4;
/** A kill comes so many turns of the event loop after its step, at most: amid whatever goes on then. */
const MOST_TURNS = 40;

describe('SIGKILL', { concurrency: 2 }, () => {
  killAtSteps('of the stage at steps of the runner', 'stage', false);

  it(`of runner or stage at ${KILLS} random moments: a plain rerun ends as if undisturbed`, async (t) => {
    const { project, rerun } = await create(t);
    const random = createRandom(SEED);
    t.diagnostic(`seed ${SEED}`);
    const steps = [await countSteps(project, rerun, false), await countSteps(project, rerun, true)] as const;
    let killed = 0;
    for (let i = 0; killed < KILLS; i++) {
      assert.ok(i < 10 * KILLS, `only ${killed} of ${i} runs were killed before their end`);
      const stored = random(3) === 0;
      const env = {
        KILL: random(3) > 0 ? 'runner' : 'stage',
        KILL_AT: String(1 + random(steps[stored ? 1 : 0])),
        KILL_TURNS: String(random(MOST_TURNS)),
      };
      const where = `seed ${SEED}, kill ${i}: ${JSON.stringify(env)}\n`;
      const { code } = await rerun((args) => startKilled(project, args, env), stored, where);
      if (code !== 0) killed++;
    }
    const verdict = await project.run('verify');
    assert.equal(verdict.code, 0, verdict.out);
  });
});
