/** Lines that are not events: a plan, and where the figures of a run are. */
import { join } from 'node:path';
import type { Plan } from './plan.ts';
import { shortPath } from './pipeline.ts';
import type { Record } from './record.ts';
import { listReasons } from './stale.ts';
import type { Workspace } from './workspace.ts';

export function printPlan(
  plans: readonly Plan[],
  { json, dryRun }: { json: boolean; dryRun: boolean },
): void {
  const width = Math.max(...plans.map(({ stage }) => stage.length)) + 2;
  for (const plan of plans) {
    if (json) console.log(JSON.stringify({ type: 'plan', ...plan }));
    else {
      const state = dryRun ? WOULD[plan.action] : stateOf(plan);
      console.log(`${plan.stage.padEnd(width)}${state}  ${listReasons(plan.why)}`.trimEnd());
    }
  }
}

const WOULD: Readonly<{ [A in Plan['action']]: string }> = {
  fresh: 'fresh',
  restore: 'would be restored',
  run: 'would run',
  follow: 'would follow',
  missing: 'would fail',
};

function stateOf({ action, exists, running }: Plan): string {
  if (running) return `running (process ${running.pid} on ${running.host})`;
  if (action === 'fresh') return 'fresh';
  return exists ? 'stale' : 'missing';
}

/** Folders with figures, and pages to open. */
export function printResults(workspace: Workspace, settled: ReadonlyMap<string, Record>): void {
  const path = (stage: string, file = ''): string => shortPath(join(workspace.folder(stage), file));
  for (const [stage, { files }] of settled) {
    const figures = files.filter((file) => file.path.endsWith('.svg')).length;
    if (figures > 0) console.log(`${figures} ${figures === 1 ? 'figure' : 'figures'} in ${path(stage)}/`);
  }
  for (const [stage, { files }] of settled)
    for (const file of files) if (file.path.endsWith('.html')) console.log(`open ${path(stage, file.path)}`);
}
