// The error tail that every command shares: which failure ends with which code, and how it is reported.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { exitCodeOf } from '../../commands/command.ts';
import { readOptions, wrongLine } from '../../commands/options.ts';
import { Failure } from '../../lib/files/failure.ts';
import { ConfigurationError } from '../../lib/files/problem.ts';
import { runScript } from '../run-pipeline.ts';

async function tail(error: unknown): Promise<{ code: number; err: string }> {
  const stderr = new PassThrough();
  const code = await exitCodeOf(() => Promise.reject(error), stderr);
  return { code, err: String(stderr.read()) };
}

test('a command that does not fail ends with its own code, and nothing is said', async () => {
  const stderr = new PassThrough();
  for (const code of [0, 1, 130]) assert.equal(await exitCodeOf(() => Promise.resolve(code), stderr), code);
  assert.equal(stderr.read(), null);
});

test('a failure that the user can mend ends with 1 and is reported once, with its remedy and without a stack', async () => {
  assert.deepEqual(await tail(new Failure('x.arrow is missing', 'make it\nor not')), {
    code: 1,
    err: 'x.arrow is missing\n    make it\n    or not\n',
  });
});

test('a wrong command line or configuration ends with 2', async () => {
  assert.deepEqual(await tail(wrongLine('--out', 'is missing', 'give it')), {
    code: 2,
    err: '--out is missing\n    give it\n',
  });
});

test('a bug ends with 1 and its stack', async () => {
  const { code, err } = await tail(new TypeError('x is not a function'));
  assert.equal(code, 1);
  assert.match(err, /^TypeError: x is not a function\n {8}at /);
});

test('options that do not exist, lack their value or have one too many, and words, are refused together', () => {
  const types = { out: { type: 'string', example: 'FILE' }, force: { type: 'boolean', short: 'f' } } as const;
  const read = (...args: string[]): unknown => readOptions('export', args, types, {});
  assert.deepEqual({ ...(read('--out', 'x', '-f') as object) }, { out: 'x', force: true });
  const refusals = [
    [
      ['--uot=x', '--out=', '--force=1'],
      [
        '--uot is not',
        'did you mean "--out"?',
        '--out needs a value',
        'for example --out FILE',
        '--force takes no value, got 1',
      ],
    ],
    [
      ['--out', '-f'],
      ['--out needs a value', 'for example --out FILE'],
    ],
    [['x', 'y'], ['export takes only options, got x y']],
  ] as const;
  for (const [args, lines] of refusals)
    assert.throws(
      () => read(...args),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        const told = error.message.split('\n').map((line) => line.trim());
        return told.length === lines.length && lines.every((line, i) => told[i]!.startsWith(line));
      },
      args.join(' '),
    );
});

test('a process of such a command ends with 2 on a wrong command line, and says what is right', async () => {
  for (const [name, words, message] of [
    [
      'report',
      ['--nought'],
      '--nought is not an option of report\n    options: --artifacts, --compare, --no-open, --help\n',
    ],
    ['lab', ['--write'], '--write needs a value\n    for example --write lab.html\n'],
    [
      'export',
      ['--checkpoint', '1e2', '--out', 'x'],
      `--checkpoint 1e2: must be the number of an epoch\n${EXPORT}`,
    ],
    ['export', ['--checkpoint', '100'], `--out is missing\n${EXPORT}`],
  ] as const) {
    const { code, output } = await runScript(`commands/${name}.ts`, ...words);
    assert.deepEqual([code, output], [2, message]);
  }
});

const EXPORT = '    npm run export -- --checkpoint 9700 --out at-9700.safetensors\n';
