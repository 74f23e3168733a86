// What `--json` prints, held against what `--help` says of it.
import assert from 'node:assert/strict';

type Event = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => typeof value === 'number' && value >= 0;
const flag: Check = (value) => typeof value === 'boolean';
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);

const STAGED = { stage: text };
const EVENTS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  begin: { ...STAGED, why: texts },
  progress: {
    ...STAGED,
    action: oneOf('running', 'checking', 'storing', 'restoring'),
    done: number,
    total: number,
    note: text,
  },
  say: { ...STAGED, line: text },
  note: { ...STAGED, text },
  end: {
    ...STAGED,
    outcome: oneOf('fresh', 'restored', 'ran', 'failed', 'skipped'),
    seconds: number,
    why: texts,
    detail: texts,
  },
  plan: {
    ...STAGED,
    action: oneOf('fresh', 'restore', 'run', 'follow', 'missing'),
    why: texts,
    exists: flag,
    running: (value) => value === null || typeof value === 'object',
  },
};

/** Every line of `out` as an event; fails if one is not JSON or has other fields than its type. */
export function parseEvents(out: string): Event[] {
  assert.ok(out.endsWith('\n'), out);
  return out
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const { type, ...fields } = JSON.parse(line) as Event;
      const checks = EVENTS[type as string];
      assert.ok(checks, line);
      assert.deepEqual(Object.keys(fields).sort(), Object.keys(checks).sort(), line);
      for (const [name, check] of Object.entries(checks))
        assert.ok(check(fields[name]), `${name} of ${line}`);
      return { type, ...fields };
    });
}

/** The outcome of every stage. */
export function endings(events: readonly Event[]): Record<string, unknown> {
  const ends = events.filter(({ type }) => type === 'end');
  return Object.fromEntries(ends.map(({ stage, outcome }) => [stage, outcome]));
}

/** The texts of `field` in the events of `stage`, one below the other. */
export const textsOf = (events: readonly Event[], stage: string, field: string): string =>
  events.flatMap((event) => (event['stage'] === stage ? (event[field] ?? []) : [])).join('\n');
