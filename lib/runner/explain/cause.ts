/**
 * Why an input of a stage has changed: the stage that wrote it has run with another key. The records of its earlier and
 * its present result show what differs.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunContext } from '../execute/run-context.ts';
import { compareKeys, type Key } from '../key/key.ts';
import { readRecord, type StageRecord } from '../store/record.ts';

const CHANGED_INPUT = /^(([^/]+)\/.+) (changed|added|removed)$/;

/**
 * Adds the cause to lines of compareKeys about inputs: `dataset/pairs.arrow changed (dataset ran with another seed)`. A
 * line stays as it is if nothing is known about the earlier file.
 */
export async function nameCauses(
  { store, workspace, settled }: RunContext,
  before: Key,
  now: Key,
  changes: readonly string[],
): Promise<string[]> {
  const causes = new Map<string, string | null>();
  for (const change of changes) {
    const need = needIn(change, before, now);
    if (need === undefined || causes.has(need)) continue;
    const current = settled.get(need) ?? (await readRecord(workspace.besideStage(need, 'provenance.json')));
    const earlier = current && (await findMaker(store.records, need, before));
    causes.set(need, current && earlier ? describe(compareKeys(earlier.fields, current.fields)) : null);
  }
  return changes.map((change) => {
    const need = needIn(change, before, now);
    const cause = need === undefined ? null : causes.get(need);
    return cause ? `${change} (${need} ran ${cause})` : change;
  });
}

/** The needed stage whose file `change` is about, if it is about a file. */
function needIn(change: string, before: Key, now: Key): string | undefined {
  const [, path, need] = CHANGED_INPUT.exec(change) ?? [];
  return path !== undefined && (path in before.inputs || path in now.inputs) ? need : undefined;
}

/** The newest result of `need` with the files that `before` read. */
async function findMaker(records: string, need: string, before: Key): Promise<StageRecord | null> {
  const names = (await readdir(records).catch(() => [])).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));
  const all = await Promise.all(names.map((name) => readRecord(join(records, name))));
  const makers = all.filter((record) => record?.circumstances.stage === need && holds(record, need, before));
  return makers.sort((x, y) => (x!.circumstances.started < y!.circumstances.started ? 1 : -1))[0] ?? null;
}

/** Whether the result has all files of `need` that `before` read. */
function holds(record: StageRecord, need: string, before: Key): boolean {
  const hashes = new Map(record.files.map(({ path, sha256 }) => [`${need}/${path}`, sha256]));
  const read = Object.entries(before.inputs).filter(([path]) => path.startsWith(`${need}/`));
  return read.length > 0 && read.every(([path, hash]) => hashes.get(path) === hash.split(' ')[0]);
}

const MOST_NAMES = 3;

/** `with another seed and p`, `on another dataset/pairs.arrow`, `with another lib/kernel/kernel.c`, ... */
function describe(changes: readonly string[]): string | null {
  const params = changes.flatMap((change) => /^params\.([^:\s]+)/.exec(change)?.[1] ?? []);
  const names = [...new Set(params)].slice(0, MOST_NAMES);
  if (names.length > 0) return `with another ${names.join(' and ')}`;
  const [first] = changes;
  return first === undefined ? null : `with another ${first.split(/:? /, 1)[0]}`;
}
