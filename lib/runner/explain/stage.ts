/** The whole key of a stage, compared with the key of the result in its folder. */
import { show } from '../../files/problem.ts';
import { shortPath } from '../../files/short-path.ts';
import { withNeeds } from '../config/order.ts';
import type { Stage } from '../config/stage-definition.ts';
import { listPastReasons, listReasons, reasons } from '../execute/freshness.ts';
import { readFolderState, readInputs } from '../execute/inputs.ts';
import { planStages } from '../execute/plan.ts';
import { currentKey, type RunContext } from '../execute/run-context.ts';
import { hashKey, type Key } from '../key/key.ts';
import { nameCauses } from './cause.ts';

const SHOWN_HASH = 12;
/** Longer texts, such as that of pipeline.yaml, are shown in short. */
const LONGEST = 200;

/** Lines for the terminal. Throws a Failure if a needed folder is missing. */
export async function explainStage(run: RunContext, stage: Stage): Promise<string[]> {
  const needs = await planStages(run, withNeeds(run.pipeline.stages, stage.needs));
  const awaited = needs.filter(({ action }) => action === 'run' || action === 'missing');
  const key = await currentKey(run, stage, await readInputs(run, stage));
  const state = await readFolderState(run, stage.name);
  const { record } = state;
  const why = [
    ...awaited.map((need) => `needs ${need.stage}, which is stale (${listReasons(need.why)})`),
    ...(await nameCauses(run, record?.fields ?? key, key, reasons(state, key))),
  ];
  const lines = [`${stage.name} is ${why.length === 0 ? 'fresh' : 'stale'}`];
  if (record) {
    const { started, seconds, host, node } = record.circumstances;
    lines.push(`  made ${started} in ${seconds.toFixed(1)} s on ${host} with Node ${node}`);
    const { arrival } = record;
    if (arrival) lines.push(`  ${arrival.outcome}: ${listPastReasons(arrival.why, arrival.outcome)}`);
    lines.push(`  log: ${shortPath(run.workspace.besideStage(stage.name, 'log.txt'))}`);
  }
  if (why.length > 0)
    lines.push('', record ? 'since then' : 'because', ...why.map((reason) => `  ${reason}`));
  return [...lines, '', `key ${hashKey(key)}`, ...listKey(key)];
}

/** The fields of a key in groups, with shortened hashes. */
export function listKey(key: Key): string[] {
  const { params, inputs, code, packages, identity, env, ...rest } = key;
  const groups = { ...{ params, inputs, code, packages, identity, env }, other: rest };
  return Object.entries(groups).flatMap(([title, fields]) => {
    const entries = Object.entries(fields as Record<string, unknown>);
    const width = Math.max(...entries.map(([name]) => name.length));
    const lines = entries.map(([name, value]) => `    ${name.padEnd(width)}  ${shorten(value)}`);
    return entries.length === 0 ? [] : [`  ${title}`, ...lines];
  });
}

function shorten(value: unknown): string {
  if (typeof value !== 'string' || value.length > LONGEST || value.includes('\n')) return show(value);
  return value.replace(/^[0-9a-f]{64}/, (hash) => hash.slice(0, SHOWN_HASH));
}
