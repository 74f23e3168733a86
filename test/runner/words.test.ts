// Words of messages: the machine's faults are nobody's bug, reasons do not contradict outcomes, and what differs inside
// a long value is named.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { Terminal } from '../../commands/terminal.ts';
import { describeFailure } from '../../lib/files/failure.ts';
import type { RunEvent } from '../../lib/runner/execute/event.ts';
import { compareKeys, type Key } from '../../lib/runner/key/key.ts';
import { Project } from './project.ts';

const key = (params: Key['params']): Key => ({
  format: 1,
  script: 'stages/a.ts',
  params,
  inputs: {},
  code: {},
  packages: {},
  identity: {},
  env: {},
  node: '20',
  platform: 'linux-x64',
});
const differences = (before: unknown, now: unknown): string[] =>
  compareKeys(key({ x: before }), key({ x: now }));

/** What a terminal shows of these events. */
function shown(...events: RunEvent[]): string {
  const stream = new PassThrough();
  const terminal = new Terminal(stream, ['svd']);
  for (const event of events) terminal.show(event);
  terminal.close();
  return String(stream.read());
}

describe('an error of the operating system in a stage', () => {
  let project: Project;
  const fault = (code: string): string =>
    `throw Object.assign(new Error('${code}: some words, write'), { code: '${code}', syscall: 'write' });`;
  const faults: Record<string, [body: string, words: RegExp]> = {
    large: [fault('EFBIG'), /large +failed\n {4}stages\/large\.ts: the file is too large\n {4}.*ulimit -f/],
    wrapped: [
      `try { ${fault('ENOSPC')} } catch (cause) { throw new Error('no arrow', { cause }); }`,
      /wrapped +failed\n {4}.*the disk is full/,
    ],
    removed: [
      `const fs = await import('node:fs'); fs.rmSync(resume_dir, { recursive: true }); fs.writeFileSync(resume_dir + '/state', '');`,
      /removed +failed\n {4}.*resume.*state: no such file or folder\n {4}.*run again/,
    ],
  };

  before(async () => {
    const names = Object.keys(faults);
    const bodies = Object.fromEntries(names.map((name) => [name, { body: faults[name]![0] }]));
    project = await Project.create(`stages:\n${names.map((name) => `  ${name}: {}\n`).join('')}`, bodies);
  });
  after(() => project.remove());

  test('is told as what it is, never as a bug; its stack is in the log', async () => {
    const { out, err, code } = await project.pipeline('--keep-going', '--jobs', '2');
    assert.equal(code, 1, err);
    assert.doesNotMatch(out, /bug in|\n\s+at /);
    for (const [, words] of Object.values(faults)) assert.match(out, words);
    const log = await readFile(`${project.root}/artifacts/.runs/removed/log.txt`, 'utf8');
    assert.match(log, /stages\/removed\.ts/);
  });
});

test('an error of the operating system in the runner comes with a remedy and without a stack', () => {
  const unknown = Object.assign(new Error('ESTALE'), { code: 'ESTALE', syscall: 'open', path: '/x/y' });
  assert.equal(describeFailure(unknown)[0], '/x/y: ESTALE');
  for (const code of ['EFBIG', 'ENOSPC', 'EROFS', 'EMFILE', 'ENFILE', 'EIO', 'EDQUOT', 'ENOMEM']) {
    const error = Object.assign(new Error(code), { code, syscall: 'open', path: '/x/y' });
    const [what, ...remedy] = describeFailure(error);
    assert.match(what!, /^\/x\/y: [a-z]/);
    assert.equal(remedy.length, 1, code);
  }
});

test('why a stage ran or was restored does not contradict that it did', () => {
  const end = { type: 'end', stage: 'svd', seconds: 36.6, detail: [] } as const;
  const line = (outcome: 'ran' | 'restored', why: string): string => shown({ ...end, outcome, why: [why] });
  assert.equal(line('ran', 'never ran'), 'svd  ran 36.6 s  first run\n');
  assert.equal(line('restored', 'never ran'), 'svd  restored  was not here\n');
  assert.equal(line('ran', 'its folder is missing'), 'svd  ran 36.6 s  its folder was missing\n');
  assert.match(
    line('ran', 'nothing is known about how it was made'),
    /nothing was known about how it was made/,
  );
  assert.equal(line('ran', 'params.seed: 1 -> 2'), 'svd  ran 36.6 s  params.seed: 1 -> 2\n');
});

test('what differs inside a long value is named, what it is computed from before hashes of it', () => {
  const made = (seed: number, hash: string): object => ({
    activations: { key: hash.repeat(64), params: { positions: 'all' } },
    train: { key: hash.repeat(64), params: { d_model: 128, seed, freeze: ['W_E', 'W_pos'] } },
  });
  const lines = [
    'params.x.train.params.seed: 999 -> 1',
    'params.x.activations.key changed',
    'params.x.train.key changed',
  ];
  assert.deepEqual(differences(made(999, 'a'), made(1, 'b')), lines);
  assert.deepEqual(differences(JSON.stringify(made(999, 'a')), JSON.stringify(made(1, 'b'))), lines);
});

test('what differs between long texts is shown where they begin to differ', () => {
  const yaml = (seed: number, more = ''): string =>
    `stages:\n  train:\n    params: { seed: ${seed} }\n${more}${'# x\n'.repeat(40)}`;
  assert.deepEqual(differences(yaml(999), yaml(1)), [
    'params.x line 3: "    params: { seed: 999 }" -> "    params: { seed: 1 }"',
  ]);
  assert.deepEqual(differences(yaml(999), yaml(999, '  svd: {}\n')), [
    'params.x line 4: nothing -> "  svd: {}"',
  ]);
  assert.deepEqual(differences(yaml(999), yaml(1, '  svd: {}\n')), ['params.x changed from line 3 on']);
  const long = 'a'.repeat(5000);
  const [line] = differences(`${long}b${long}`, `${long}c${long}`);
  assert.match(line!, /^params\.x: "\.\.\.a+ba+\.\.\." -> "\.\.\.a+ca+\.\.\."$/);
  assert.ok(line!.length < 160, line);
});

test('of many differences a few are told and the others counted, lists that grew and changed kinds by their place', () => {
  const many = Array.from({ length: 500 }, (_, i) => i);
  const lines = differences(
    many,
    many.map((i) => i + 1),
  );
  assert.equal(lines.length, 13);
  assert.deepEqual([lines[0], lines.at(-1)], ['params.x[0]: 0 -> 1', 'params.x: 488 more differences']);
  assert.deepEqual(differences(many, [...many, 7]), ['params.x[500]: nothing -> 7']);
  assert.deepEqual(differences({ many, a: { b: 1 } }, { many, a: [1] }), ['params.x.a: {"b":1} -> [1]']);
  assert.deepEqual(
    differences(JSON.stringify(many), `${JSON.stringify(many)}]`).length,
    1,
    'what is no JSON is text',
  );
});
