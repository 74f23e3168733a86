// SIGKILL of the runner while it restores results, and of stages.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createRandom } from '../files/damage.ts';
import { choose, create, killAtSteps, SEED, STAGE_POINTS } from './faults.ts';
import type { Finished } from '../in-process.ts';

describe('SIGKILL', { concurrency: 2 }, () => {
  killAtSteps('of the runner at steps of restoring', 'runner', true);
  killAtSteps('of the runner amid writes of restoring', 'half', true);

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
});
