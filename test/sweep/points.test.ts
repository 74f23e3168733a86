// How many points a sweep may have, and which of them are refused by name: before any is made.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ConfigurationError } from '../../lib/files/problem.ts';
import { openPipeline } from '../../lib/runner/config/pipeline.ts';
import { readSweep } from '../../lib/sweep/definition.ts';
import { createLocal } from '../../lib/sweep/executors/local.ts';
import type { Site } from '../../lib/sweep/site.ts';
import type { Sweep } from '../../lib/sweep/sweep.ts';
import { Project } from '../runner/project.ts';

let project: Project;
before(async () => {
  project = await Project.create('stages: { a: {} }\n', { a: {} });
});
after(() => project.remove());

/** The sweep `s` with these fields, from line 4 on. */
async function read(fields: string): Promise<Sweep> {
  await project.write('s.yaml', `stages: { a: {} }\nsweeps:\n  s:\n    until: a\n${fields}`);
  return readSweep(await openPipeline(join(project.root, 's.yaml')), 's');
}

async function refusal(fields: string): Promise<string> {
  const error = await read(fields).catch((error: unknown) => error);
  assert.ok(error instanceof ConfigurationError, String(error));
  return error.message;
}

const list = (length: number): string => `[${Array.from({ length }, (_, i) => i).join(', ')}]`;

test('a sweep of more points than anybody runs is refused by their number, before any is made', async () => {
  const axes = ['n', 'rate', 'odd', 'kind', 'input', 'model'].map(
    (param) => `      a.${param}: ${list(100)}\n`,
  );
  for (const [count, shown, place] of [
    [3, '1,000,000', '5:5'],
    [6, '1,000,000,000,000', '5:5'],
  ] as const) {
    const message = await refusal(`    matrix:\n${axes.slice(0, count).join('')}`);
    const factors = Array(count).fill('100').join(' x ');
    assert.match(
      message,
      new RegExp(`s\\.yaml:${place} s has ${shown} points \\(${factors}\\), more than 10,000`),
    );
  }
  const many = Array.from({ length: 2000 }, (_, i) => `      a.p${i}: [0, 1]\n`).join('');
  assert.match(await refusal(`    matrix:\n${many}`), /s has over 1e15 points/);
  const points = Array.from({ length: 101 }, (_, i) => `      - { a.n: ${i + 100} }\n`).join('');
  const rest = `    matrix: { a.n: ${list(99)}, a.rate: ${list(100)} }\n    points:\n${points}`;
  assert.match(await refusal(rest), /s has 10,001 points \(99 x 100 \+ 101\), more than 10,000/);
});

test('a param that stands in `set` and in `matrix` is refused where it stands', async () => {
  const message = await refusal('    set: { a.n: 1, a.rate: 0.1 }\n    matrix:\n      a.n: [1, 2]\n');
  assert.match(message, /s\.yaml:7:7 a\.n is also in set\n.*\n +~~~\n/);
});

test('a value that stands in a list twice, and a list of none, are refused where they stand', async () => {
  assert.match(await refusal('    matrix: { a.n: [1, 2, 1.0] }\n'), /s\.yaml:5:27 1 is listed twice/);
  assert.match(await refusal('    matrix: { a.pair: [[0, 1], [0, 1]] }\n'), /:32 \[0,1\] is listed twice/);
  const nothing = await refusal('    matrix: { a.n: [] }\n    points: [{ a.n: 1 }]\n');
  assert.match(nothing, /s\.yaml:5:20 a\.n has no values/);
});

test('two points that are the same run are refused, whatever the order or the spelling of their params', async () => {
  const twice = '    matrix: { a.kind: [add], a.n: [4] }\n    points:\n      - { a.n: 4, a.kind: add }\n';
  assert.match(await refusal(twice), /s\.yaml:7:11 n=4,kind=add is the same run as kind=add,n=4/);
  const spelled = '    points: [{ a.n: 4 }, { a.n: 4, a.kind: add }]\n';
  assert.match(await refusal(spelled), /n=4,kind=add is the same run as n=4/);
});

test('points whose names would be too long for a folder, or alike, have names that differ', async () => {
  const long = (last: string): string => `[${Array(60).fill('add').join(', ')}, ${last}]`;
  const { points } = await read(`    matrix: { a.kinds: [${long('add')}, ${long('subtract')}] }\n`);
  const names = points.map(({ name }) => name);
  assert.equal(new Set(names).size, 2);
  for (const name of names) assert.ok(Buffer.byteLength(name) < 200, name);
});

test('a wrong value in hundreds of points is told as often as it stands in the file', async () => {
  const message = await refusal(`    matrix: { a.n: ${list(200)}, a.rate: [0.5, -1] }\n`);
  assert.equal(message.match(/rate must be/g)?.length, 1);
});

test('a value that contains itself, and a point without params, are refused', async () => {
  assert.match(
    await refusal('    matrix: { a.kinds: [&x [add, *x], [add]] }\n'),
    /s\.yaml:5:\d+ .*contains itself/,
  );
  assert.match(await refusal('    points: [{ a.n: 2 }, {}]\n'), /:26 a point must give at least one param/);
});

test('no more jobs start than there are points', async () => {
  const ended: string[] = [];
  const local = createLocal(Number.MAX_SAFE_INTEGER);
  const stop = new AbortController().signal;
  const calls = { onEvent() {}, onEnd: () => void ended.push(''), onNote() {}, stop };
  await local.run({} as Site, { points: [] } as unknown as Sweep, calls);
  assert.deepEqual(ended, []);
});
