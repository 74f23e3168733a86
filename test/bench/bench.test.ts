// The bench's command line, on sections of the test's own.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { runBench } from '../../bench/bench.ts';
import type { Line, Section } from '../../bench/section.ts';
import { SECTIONS } from '../../bench/sections.ts';
import { takeTurns } from '../../bench/turns.ts';
import { Failure } from '../../lib/files/failure.ts';

const never = new AbortController().signal;

const section = (name: string, run: Section['run']): Section => ({
  name,
  says: `what ${name} costs`,
  seconds: 7,
  needs: name === 'second' ? 'patience' : '',
  peer_seconds: name === 'second' ? 3 : null,
  run,
});

async function* lines(...texts: string[]): AsyncGenerator<Line> {
  for (const [i, each] of texts.entries()) yield { text: each, measured: { i } };
}

const TWO = [section('first', () => lines('a', 'b')), section('second', () => lines('c'))];

/** What it prints on `sections`, and its exit code. */
async function bench(args: string[], sections: readonly Section[] = TWO, env: NodeJS.ProcessEnv = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const printed = Promise.all([text(stdout), text(stderr)]);
  const code = await runBench(args, env, { stdout, stderr, stop: never }, sections);
  stdout.end();
  stderr.end();
  const [out, err] = await printed;
  return { code, out, err };
}

const parse = (out: string): Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('npm run bench', () => {
  test('helps', async () => {
    const { code, out, err } = await bench(['--help']);
    assert.equal(code, 0);
    assert.match(out, /npm run bench -- --list/);
    assert.equal(err, '');
  });

  test('lists its sections with what each takes and needs', async () => {
    const { code, out } = await bench(['--list']);
    assert.equal(code, 0);
    assert.deepEqual(out.split('\n'), [
      'first      7 s  what first costs',
      'second     7 s  what second costs (needs patience; 3 s more with --peer PYTHON)',
      'all       14 s  about, on two quiet cores',
      '',
    ]);
    const json = parse((await bench(['--list', '--json', 'second'])).out);
    assert.deepEqual(json, [
      {
        type: 'section',
        name: 'second',
        says: 'what second costs',
        seconds: 7,
        needs: 'patience',
        peer_seconds: 3,
      },
    ]);
  });

  test('has sections of different names that take at most five minutes together', () => {
    assert.equal(new Set(SECTIONS.map(({ name }) => name)).size, SECTIONS.length);
    const seconds = SECTIONS.reduce((sum, each) => sum + each.seconds, 0);
    assert.ok(seconds <= 300, `${seconds} s`);
  });

  for (const [words, complaint] of [
    [['frist'], /^frist is not a section\n +did you mean "first"\?/],
    [['first', 'nothing'], /^nothing is not a section\n +sections: first, second/],
    [['--lisp'], /^bench: Unknown option '--lisp'\n +options: --list, /],
    [['--json=yes'], /^bench: Option '--json' does not take an argument\n/],
    [['--peer'], /^bench: Option '--peer <value>' argument missing\n/],
    [['--peer='], /^--peer needs a value\n/],
    [['first', '--peer', 'python3'], /^--peer is for second, which is not among the sections\n/],
  ] as const)
    test(`refuses ${words.join(' ')} with the list of sections`, async () => {
      const { code, out, err } = await bench([...words]);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, complaint);
      assert.match(err, /\nfirst +7 s  what first costs\nsecond +7 s /);
    });

  test('measures nothing when npm kept an option for itself', async () => {
    const env = { npm_lifecycle_event: 'bench', npm_config_list: 'true' };
    const { code, out, err } = await bench([], TWO, env);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, /--list was kept by npm .*\n +write: npm run bench -- --list\n/);
  });

  test('runs the named sections in its own order', async () => {
    const { code, out } = await bench(['second', 'first', '--json']);
    assert.equal(code, 0);
    const [machine, ...rest] = parse(out);
    assert.equal(machine?.['type'], 'machine');
    assert.deepEqual(
      rest.map(({ section, type }) => `${String(section)} ${String(type)}`),
      ['first measured', 'first measured', 'first end', 'second measured', 'second end'],
    );
    assert.doesNotMatch((await bench(['second'])).out, /first/);
  });

  test('prints each line before it measures the next', async () => {
    let printed = '';
    const seen: string[] = [];
    const stdout = new Writable({
      write(chunk, _, done) {
        printed += String(chunk);
        done();
      },
    });
    const slow = section('slow', async function* () {
      yield { text: 'one line' };
      seen.push(printed);
      yield { text: 'another' };
    });
    assert.equal(await runBench([], {}, { stdout, stderr: stdout, stop: never }, [slow]), 0);
    assert.match(seen[0]!, /slow +what slow costs\n +one line\n$/);
    assert.match(printed, /one line\n +another\nslow +ran \d/);
  });

  test('says why a section failed, and goes on with the next', async () => {
    const broken = section('broken', async function* () {
      yield { text: 'so far' };
      throw new Failure('no compiler', 'install one');
    });
    const { code, out } = await bench([], [broken, ...TWO]);
    assert.equal(code, 1);
    assert.match(out, /so far\nbroken +failed\n +no compiler\n +install one\nfirst /);
    assert.match(out, /second +ran/);
  });

  test('removes the temporary folder', async () => {
    let folder = '';
    const tidy = section('tidy', async function* (place) {
      folder = await place.folder();
      yield { text: 'made' };
    });
    await bench([], [tidy]);
    assert.ok(folder !== '' && !existsSync(folder), folder);
  });
});

describe('contenders', () => {
  test('take turns', async () => {
    const order: string[] = [];
    const contender = (name: string) => async () => order.push(name);
    const rounds = await takeTurns({ a: contender('a'), b: contender('b') }, 3, never, () => {});
    assert.equal(order.join(''), 'ababab');
    assert.deepEqual(rounds, [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
      { a: 5, b: 6 },
    ]);
  });

  test('keep the rounds that were complete at a stop', async () => {
    const stop = new AbortController();
    let turns = 0;
    const time = async (): Promise<number> => {
      if (++turns === 4) stop.abort('SIGINT');
      stop.signal.throwIfAborted();
      return turns;
    };
    assert.deepEqual(await takeTurns({ a: time, b: time }, 9, stop.signal, () => {}), [{ a: 1, b: 2 }]);
  });

  test('fail with the error of a turn', async () => {
    const fails = async (): Promise<number> => {
      throw new Error('broken');
    };
    await assert.rejects(
      takeTurns({ fails }, 2, never, () => {}),
      /broken/,
    );
  });
});
