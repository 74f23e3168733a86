// Text from outside (names in files, hosts, values, what stages print) reaches the terminal and the logs as text.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { describePlan } from '../../commands/print.ts';
import { Terminal } from '../../commands/terminal.ts';
import { ConfigurationError } from '../../lib/files/problem.ts';
import { visible, writeEvent, writeLines } from '../../lib/files/visible.ts';
import { loader } from '../loader.ts';
import { Project, repository } from '../runner/project.ts';

/** Each kind once: C0, DEL, C1, bidi override and isolate, line separators, a mark without width. */
const EVIL = [
  '\x1b]0;owned\x07',
  '\x1b[2J',
  '\r',
  '\n',
  '\x7f',
  '\x9b31m',
  '\u202e',
  '\u2066',
  '\u2028',
  '\u2029',
  '\ufeff',
].join('x');
const RAW = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const MEGABYTE = 'm'.repeat(1 << 20);

/** Nothing of it acts; each line is short. */
function assertHarmless(text: string): void {
  for (const line of text.split('\n')) {
    assert.doesNotMatch(line, RAW);
    assert.ok(line.length <= 1200, `${line.length} characters`);
  }
}

function shown(act: (terminal: Terminal, stream: PassThrough) => void): string {
  const stream = new PassThrough();
  const terminal = new Terminal(stream, ['svd']);
  act(terminal, stream);
  terminal.close();
  return String(stream.read());
}

test('invisible characters are written as in JSON, long text loses its middle, and doing it twice changes no more', () => {
  assert.equal(
    visible('a\x1b[31m\tb\nc\x85\u202e\u{e0041}'),
    'a\\u001b[31m\\tb\\nc\\u0085\\u202e\\udb40\\udc41',
  );
  assert.equal(visible('W_E naïve 中文 Ω'), 'W_E naïve 中文 Ω');
  const cut = visible(`tensor ${MEGABYTE} is of no known dtype`);
  assert.match(cut, /^tensor m+\.\.\.\(1,\d{3},\d{3} characters\)\.\.\.m+ is of no known dtype$/);
  assertHarmless(cut);
  for (const text of [EVIL, cut, MEGABYTE]) assert.equal(visible(visible(text)), visible(text));
});

test('events, plans and problems show hostile text as text, one line each', () => {
  const out = shown((terminal) => {
    terminal.show({ type: 'say', stage: 'svd', line: EVIL + MEGABYTE });
    terminal.show({ type: 'note', stage: 'svd', text: `waiting for process 1 on ${EVIL}` });
    terminal.show({
      type: 'end',
      stage: 'svd',
      outcome: 'failed',
      seconds: 1,
      why: [],
      detail: [EVIL, MEGABYTE],
    });
    terminal.show({
      type: 'end',
      stage: 'svd',
      outcome: 'ran',
      seconds: 1,
      why: [`${EVIL} changed`],
      detail: [],
    });
  });
  assertHarmless(out);
  assert.equal(out.split('\n').length, 7);
  const { message } = new ConfigurationError([
    {
      place: `--set ${EVIL}`,
      message: `got ${MEGABYTE}`,
      hint: EVIL,
      excerpt: { line: `n: ${EVIL}`, column: 3, length: 4 },
    },
  ]);
  assertHarmless(message);
  assert.equal(message.split('\n').length, 4);
  const plan = {
    stage: 'svd',
    action: 'run',
    why: [EVIL],
    exists: true,
    running: { pid: 1, host: EVIL },
  } as never;
  const stream = new PassThrough();
  writeLines(stream, describePlan([plan], { json: false, dryRun: false }) as string[]);
  const lines = String(stream.read());
  assertHarmless(lines);
  assert.equal(lines.split('\n').length, 2);
});

test('a live bar shows the note of a stage as text, and its own sequences still act', async () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  let out = '';
  stream.on('data', (chunk: Buffer) => (out += String(chunk)));
  const now = performance.now.bind(performance);
  const terminal = new Terminal(stream, ['svd']);
  terminal.show({ type: 'begin', stage: 'svd', why: [] });
  performance.now = () => now() + 3_600_000; // it has taken an hour, so that the bar comes at once
  try {
    const note = `${EVIL}${MEGABYTE}`;
    terminal.show({ type: 'progress', stage: 'svd', action: 'running', done: 1, total: 2, note });
    for (const limit = Date.now() + 20_000; !out.includes('50 %') && Date.now() < limit;) await sleep(20);
  } finally {
    performance.now = now;
    terminal.close();
  }
  assert.match(out, /\x1b\[/);
  assert.doesNotMatch(out, /\x1b\]0;|\x1b\[2J|\x07|\x9b|\u202e/);
  assert.ok(out.length < 10_000, `${out.length} characters`);
});

test('JSON output has the same data, and is harmless', () => {
  const event = { type: 'say', line: `${EVIL}\u{e0041}"\\` };
  const stream = new PassThrough();
  writeEvent(stream, event);
  const text = String(stream.read());
  assert.deepEqual(JSON.parse(text), event);
  assertHarmless(text);
  assert.equal(text.split('\n').length, 2);
});

describe('a hostile stage', () => {
  let project: Project;
  before(async () => {
    const evil = JSON.stringify(EVIL);
    project = await Project.create('stages:\n  expected: {}\n  bug: {}\n  broke: {}\n', {
      expected: {
        body: `say(${evil}); console.log(${evil}, { name: ${evil} });
          throw Object.assign(new Error('tensor ' + ${evil} + 'm'.repeat(1 << 20)), { remedy: 'a\\nb' + ${evil} });`,
      },
      bug: { body: `throw new TypeError(${evil});` },
      broke: { body: `process.stderr.write(${evil} + 'm'.repeat(9000)); process.exit(3);` },
    });
  });
  after(() => project.remove());

  test('has messages and logs in which nothing acts', async () => {
    const { out, err, code } = await project.pipeline('--keep-going', '--jobs', '2');
    assert.equal(code, 1);
    assertHarmless(out + err);
    assert.match(out, /\\u001b\]0;owned\\u0007/);
    for (const stage of ['expected', 'bug'])
      assertHarmless(await readFile(`${project.root}/artifacts/.runs/${stage}/log.txt`, 'utf8'));
  });

  test('is no different where values come from the command line, in every command', async () => {
    for (const args of [
      ['pipeline', '--set', `expected.kind=${EVIL}`],
      ['status', `--${EVIL}`],
      ['explain', `artifacts/${EVIL}/x`],
      ['pipeline', EVIL],
      ['gc', '--keep', EVIL],
      ['status', '--file', `${EVIL}.yaml`],
    ]) {
      const { out, err, code } = await project.run(...args);
      assert.notEqual(code, 0, args.join(' '));
      assertHarmless(out + err);
    }
  });
});

test('commands beside the runner show what they were given as text', () => {
  for (const [script, ...args] of [
    ['commands/report.ts', '--artifacts', EVIL],
    ['commands/export.ts', `--${EVIL}`],
    ['commands/sweep.ts', EVIL],
  ] as const) {
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', loader, script, ...args], {
      cwd: repository,
      encoding: 'utf8',
    });
    assert.match(stderr + stdout, /owned/, script);
    assertHarmless(stdout + stderr);
  }
});
