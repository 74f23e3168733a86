/** Lines that are not events: a plan, and where the figures of a run are. */
import { join } from 'node:path';
import type { Dropped } from './gc.ts';
import type { Plan } from './plan.ts';
import { shortPath } from './pipeline.ts';
import type { Record } from './record.ts';
import { listReasons } from './stale.ts';
import type { Verdict } from './verify.ts';
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

/** The exit code that goes with it. */
export function printVerdict(verdict: Verdict, { json }: { json: boolean }): number {
  const { objects, bytes, records, damage } = verdict;
  if (json) console.log(JSON.stringify({ type: 'verify', ...verdict }));
  else {
    for (const line of damage) console.log(line);
    console.log(`${records} results, ${objects} files, ${megabytes(bytes)} read: ${damage.length} damaged`);
  }
  return damage.length > 0 ? 1 : 0;
}

export function printDropped(dropped: Dropped, { json, dryRun }: { json: boolean; dryRun: boolean }): void {
  const { records, objects, bytes } = dropped;
  if (json) console.log(JSON.stringify({ type: 'gc', dryRun, ...dropped }));
  else
    console.log(
      `${dryRun ? 'would drop' : 'dropped'} ${records} results, ${objects} files, ${megabytes(bytes)}`,
    );
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

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
