/** What commands print apart from events: plans, results of verify and gc, folders of figures. */
import { join } from 'node:path';
import { shortPath } from '../lib/files/short-path.ts';
import {
  listPastReasons,
  listReasons,
  type Dropped,
  type Plan,
  type Runner,
  type Verdict,
} from '../lib/runner/runner.ts';

/** Output of a command: lines for people, data for programs. */
export type Output = readonly (string | object)[];

/** A line for each stage. */
export function describePlan(
  plans: readonly Plan[],
  { json, dryRun }: { json: boolean; dryRun: boolean },
): Output {
  const width = Math.max(...plans.map(({ stage }) => stage.length)) + 2;
  return plans.map((plan) => {
    if (json) return { type: 'plan', ...plan };
    const state = dryRun ? WOULD[plan.action] : stateOf(plan);
    const why =
      plan.action === 'restore' && dryRun ? listPastReasons(plan.why, 'restored') : listReasons(plan.why);
    return `${plan.stage.padEnd(width)}${state}  ${why}`.trimEnd();
  });
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

export function describeVerdict(verdict: Verdict, { json }: { json: boolean }): Output {
  const { objects, bytes, records, damage } = verdict;
  if (json) return [{ type: 'verify', ...verdict }];
  const sum = `${records} results, ${objects} files, ${megabytes(bytes)} read: ${damage.length} damaged`;
  return [...damage, sum];
}

export function describeDropped(
  dropped: Dropped,
  { json, dryRun }: { json: boolean; dryRun: boolean },
): Output {
  const { records, objects, bytes } = dropped;
  if (json) return [{ type: 'gc', dryRun, ...dropped }];
  const sum = `${records} results, ${objects} files, ${megabytes(bytes)}`;
  return [`${dryRun ? 'would drop' : 'dropped'} ${sum}`];
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Folders with figures, and pages to open. */
export function describeResults({ settled, folder }: Pick<Runner, 'settled' | 'folder'>): string[] {
  const path = (stage: string, file = ''): string => shortPath(join(folder(stage), file));
  const lines: string[] = [];
  for (const [stage, { files }] of settled) {
    const figures = files.filter((file) => file.path.endsWith('.svg')).length;
    if (figures > 0) lines.push(`${figures} ${figures === 1 ? 'figure' : 'figures'} in ${path(stage)}/`);
  }
  for (const [stage, { files }] of settled)
    for (const file of files) if (file.path.endsWith('.html')) lines.push(`open ${path(stage, file.path)}`);
  return lines;
}
