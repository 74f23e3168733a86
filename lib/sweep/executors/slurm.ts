/**
 * Points as tasks of Slurm's job arrays. A point has ended when its task has published a result; the state that Slurm
 * gives only decides when to stop waiting. Tasks that ended without a result are submitted again and go on from their
 * checkpoint. submission.ts says which files any later process finds.
 */
import { readFile } from 'node:fs/promises';
import { Failure } from '../../files/failure.ts';
import { sortByPlan } from '../plan-point.ts';
import { runPoint } from '../run-point.ts';
import type { Executor, ExecutorKind, Launch } from './executor.ts';
import { readSlurmSettings, type SlurmSettings } from './slurm-settings.ts';
import { submitArrays } from './slurm-submit.ts';
import { SlurmWait, type Submit } from './slurm-wait.ts';
import { pointsNotIn, readSubmissions, removeClosed, snapshotPath, type Submission } from './submission.ts';

export const slurm: ExecutorKind<SlurmSettings> = {
  name: 'slurm',
  help: "as tasks of Slurm's job arrays",
  options: { detach: { type: 'flag', help: 'submit and return' } },
  readSettings: readSlurmSettings,
  open: ({ flags }, settings, launch) => createSlurm(settings, launch, flags.has('detach')),
};

const createSlurm = (settings: SlurmSettings, launch: Launch, detach: boolean): Executor => ({
  async run(site, sweep, watcher) {
    const open = await readSubmissions(site.folder);
    await refuseOthers(open, launch.file);
    const submit: Submit = (points, attempt) =>
      submitArrays(site.folder, sweep.name, settings, launch, {
        executor: slurm.name,
        points: points.map(({ name }) => name),
        attempt,
      });
    const { known, unknown } = await sortByPlan(site, pointsNotIn(open, sweep));
    if (unknown.length > 0) {
      if (open.length === 0) await removeClosed(site.folder);
      open.push(await submit(unknown, 1));
      watcher.onNote(`${unknown.length} points submitted to Slurm`);
    }
    if (detach) return 'submitted';
    for (const point of known)
      watcher.onEnd(await runPoint(site, point, 1, (event) => watcher.onEvent(point, event), watcher.stop));
    await new SlurmWait(sweep, watcher, open, submit).untilAllEnded();
    return 'ended';
  },
});

/** Throws a Failure if points were submitted from another pipeline.yaml: they would be other points. */
async function refuseOthers(open: readonly Submission[], file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  for (const submission of open)
    if ((await readFile(snapshotPath(submission), 'utf8')) !== text)
      throw new Failure(
        'pipeline.yaml has changed since this sweep was submitted',
        'gather what was submitted first, with --collect',
      );
}
