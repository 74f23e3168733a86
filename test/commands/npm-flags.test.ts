// Options that npm took for itself from the typed line, told apart from those that are merely set in its files.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { keptByNpm } from '../../commands/npm-flags.ts';
import { readRecent } from '../../commands/npm-log.ts';
import { parseOptions } from '../../commands/pipeline-options.ts';
import { ConfigurationError } from '../../lib/files/problem.ts';
import { loader } from '../loader.ts';
import { repository } from '../runner/project.ts';

/** Every option of `pipeline`, with a value where it takes one, and npm's spelling of it where that differs. */
const FLAGS: readonly (readonly string[])[] = [
  ['--only'],
  ['--force'],
  ['-f', '--force'],
  ['--dry-run'],
  ['-n', '--no-yes'],
  ['--keep-going'],
  ['-k'],
  ['-nk'],
  ['--json'],
  ['--as-written'],
  ['--jobs 3'],
  ['--jobs=3', '--jobs 3'],
  ['-j 3'],
  ['--set a.b=1'],
  ['--file x.yaml'],
  ['--artifacts artifacts/x'],
  ['--cache x'],
  ['--dry', '--dry'],
  ['--ony'],
];

const OPTIONS = {
  only: { type: 'boolean' },
  force: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  'keep-going': { type: 'boolean' },
  'as-written': { type: 'boolean' },
  json: { type: 'boolean' },
  jobs: { type: 'string' },
  set: { type: 'string' },
  file: { type: 'string' },
  artifacts: { type: 'string' },
  cache: { type: 'string' },
} as const;

const ENV = { npm_lifecycle_event: 'pipeline', npm_config_user_agent: 'npm/11.1.0 node/v20' };

/** The message about a command line as npm's log has it; empty if there is none. */
function judge(typed: string, args: readonly string[] = []): string {
  const npm = { typed: typed.split(' '), env: null };
  return keptByNpm('pipeline', args, OPTIONS, ENV, npm)
    .map(({ place, hint }) => `${place} > ${hint}`)
    .join();
}

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grokscope-npm-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('every option is noticed before `--`, alone and before every other, with the correct line', () => {
  const spelled = FLAGS.map((spellings) => spellings.at(-1)!);
  for (const first of spelled)
    for (const line of [first, ...spelled.map((second) => `${first} ${second}`)])
      for (const words of [`svd ${line}`, `${line} svd`])
        assert.match(judge(`run pipeline ${words}`), /> write: npm run pipeline -- /, words);
  assert.equal(
    judge('run --loglevel silent pipeline svd --only --dry-run'),
    '--only --dry-run > write: npm run pipeline -- svd --only --dry-run',
  );
  assert.equal(judge('run pipeline --no-yes -k svd'), '-n -k > write: npm run pipeline -- -n -k svd');
  assert.equal(judge('--dry-run run pipeline'), '--dry-run > write: npm run pipeline -- --dry-run');
  assert.match(judge('run pipeline --dry --frce'), /^--dry-run --force >/);
  assert.equal(judge('run pipeline --set -- svd').split('> ')[1], 'write: npm run pipeline -- --set svd');
  const spaced = { typed: ['run', 'pipeline', '--set', "a.b=it's 1"], env: null };
  assert.match(keptByNpm('pipeline', [], OPTIONS, ENV, spaced)[0]!.hint!, / -- --set 'a\.b=it'\\''s 1'$/);
});

test('options after `--`, and options that npm itself uses, are not reported', () => {
  for (const line of [
    'run pipeline',
    'run pipeline svd -- --only --dry-run',
    '--prefix pipeline run pipeline -- -n',
    'run --loglevel silent pipeline svd --no-color --prefix x --workspace y --script-shell bash',
  ])
    assert.equal(judge(line), '', line);
});

test("npm's own settings stop nothing, wherever they stand", async () => {
  const set = {
    npm_config_jobs: '8',
    npm_config_force: 'true',
    npm_config_json: 'true',
    npm_config_dry_run: 'true',
  };
  const lines = ['; usual', 'jobs = 8', 'force', 'json="true"', 'dry-run=true'].join('\r\n');
  const file = join(folder, '.npmrc');
  const inferred = (env: NodeJS.ProcessEnv, started: NodeJS.ProcessEnv | null = null): string =>
    keptByNpm('pipeline', ['svd'], OPTIONS, { ...ENV, ...env }, { typed: null, env: started })
      .map(({ place, message, hint }) => `${place} ${message} > ${hint}`)
      .join();
  // The typed line is known, so the environment is ignored.
  assert.deepEqual(
    keptByNpm('pipeline', [], OPTIONS, { ...ENV, ...set }, { typed: ['run', 'pipeline'], env: null }),
    [],
  );
  // It is not known, so the files and the environment of npm decide.
  assert.match(inferred(set), /^--jobs --force --json --dry-run were kept/);
  await writeFile(file, lines);
  for (const place of [
    { npm_config_userconfig: file },
    { npm_config_globalconfig: file },
    { npm_config_local_prefix: folder },
  ])
    assert.equal(inferred({ ...set, ...place }), '');
  assert.equal(inferred(set, { NPM_CONFIG_JOBS: '8', ...set }), '');
  assert.equal(
    inferred({ ...set, npm_config_jobs: '2', npm_config_userconfig: file }),
    '--jobs was kept by npm and did not reach the pipeline: npm_config_jobs=2 is in the environment and in no .npmrc' +
      ' > write: npm run pipeline -- svd --jobs 2',
  );
  assert.match(inferred({ npm_config_yes: '' }), /^-n was kept/);
  assert.equal(inferred({ ...set, npm_config_user_agent: 'pnpm/9.0.0' }), '');
  for (const broken of [folder, join(folder, 'none'), '\0'])
    assert.match(inferred({ ...set, npm_config_userconfig: broken }), /were kept/);
});

test('if the typed line cannot be read, the environment shows it, and the correct line is given', () => {
  for (const [words, config, hint] of [
    ['svd', { npm_config_dry_run: 'true' }, 'svd --dry-run'],
    ['a.b=1 svd c.d=2', { npm_config_set: 'true\n\ntrue' }, 'svd --set a.b=1 --set c.d=2'],
    ['svd', { npm_config_set: 'a.b=1' }, 'svd --set a.b=1'],
    ['2', { npm_config_jobs: 'true', npm_config_json: 'true' }, '--jobs 2 --json'],
    ['svd ./x', { npm_config_artifacts: 'true' }, 'svd --artifacts ./x'],
    ['svd', { npm_config_dryrun: 'true' }, 'svd --dry-run'],
  ] as const) {
    const [kept] = keptByNpm(
      'pipeline',
      words.split(' '),
      OPTIONS,
      { ...ENV, ...config },
      { typed: null, env: null },
    );
    assert.equal(kept?.hint, `write: npm run pipeline -- ${hint}`);
  }
  const usual = {
    npm_config_noproxy: 'x',
    npm_config_prefix: '/usr',
    npm_config_fund: 'true',
    npm_config_cache: 'c',
  };
  const nothing = { typed: null, env: null };
  assert.deepEqual(keptByNpm('pipeline', ['svd'], OPTIONS, { ...ENV, ...usual }, nothing), []);
  assert.deepEqual(keptByNpm('pipeline', [], OPTIONS, { npm_config_dry_run: 'true' }, nothing), []);
});

test('without /proc, the newest log of the same words shows what was typed', async () => {
  const logs = join(folder, '_logs');
  await mkdir(logs);
  const name = (secondsAgo: number): string =>
    `${new Date(Date.now() - secondsAgo * 1000).toISOString().replaceAll(/[:.]/g, '_')}-debug-0.log`;
  const write = (secondsAgo: number, title: string, argv: string): Promise<void> =>
    writeFile(
      join(logs, name(secondsAgo)),
      `0 verbose cli\n1 verbose title ${title}\n2 verbose argv ${argv}\n`,
    );
  const read = (...args: string[]): string[] | null =>
    readRecent('pipeline', args, { npm_config_cache: folder });
  await write(600, 'npm run pipeline old', '"run" "pipeline" "old" "--only"');
  await write(20, 'npm run pipeline svd', '"run" "pipeline" "svd" "--force"');
  await write(10, 'npm run pipeline svd', '"run" "pipeline" "svd" "--set" "a=\\"b\\" c"');
  await write(5, 'npm run other', '"run" "other"');
  await writeFile(join(logs, 'z'), '');
  assert.deepEqual(read('svd'), ['run', 'pipeline', 'svd', '--set', 'a="b" c']);
  assert.equal(read('old'), null);
  assert.equal(readRecent('pipeline', ['svd'], {}), null);
});

test('`plan` is the dry run as a command of its own', () => {
  const { dryRun, only, targets, command } = parseOptions(['plan', 'svd', '--only'], {});
  assert.deepEqual(
    { dryRun, only, targets, command },
    { dryRun: true, only: true, targets: ['svd'], command: 'plan' },
  );
  assert.throws(() => parseOptions(['plan', '--keep', '1'], {}), ConfigurationError);
});

// npm starts this instead of the pipeline, so that a flag that slips through starts nothing long.
const PROBE = `
import { parseOptions } from ${JSON.stringify(join(repository, 'commands/pipeline-options.ts'))};
try { parseOptions(process.argv.slice(2), process.env); console.log('started'); } catch (error) { console.log(error.message); }
`;

/** What the command prints when it is typed like this. */
function type(line: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  return new Promise((resolve) =>
    execFile(
      process.env['GROKSCOPE_NPM'] ?? 'npm',
      line.split(' '),
      { cwd: folder, env: { ...Object.fromEntries(clean), npm_config_cache: join(folder, 'npm'), ...env } },
      (_error, out) => resolve(out.trim()),
    ),
  );
}

async function writeProbe(npmrc: string): Promise<void> {
  const pipeline = `${process.execPath} --import ${loader} probe.mts pipeline`;
  await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts: { pipeline } }));
  await writeFile(join(folder, 'probe.mts'), PROBE);
  await writeFile(join(folder, '.npmrc'), npmrc);
}

test('the real npm: flags before `--` start nothing, settings of npm stop nothing', async () => {
  await writeProbe('jobs=8\nforce=true\njson=true\ndry-run=true\n');
  const typed = await type('run -s pipeline -k svd --only --dry-run');
  assert.match(typed, /^-k --only --dry-run were kept by npm and did not reach the pipeline\n/);
  assert.match(typed, /\n {4}write: npm run pipeline -- -k svd --only --dry-run$/);
  assert.equal(await type('run -s pipeline svd -- --only', { npm_config_set: 'x' }), 'started');
});

test(
  'the real npm, every flag alone and before every other',
  { skip: process.env['GROKSCOPE_LONG'] ? false : 'takes minutes: npm run test:long' },
  async () => {
    await writeProbe('');
    const flags = FLAGS.map(([flag]) => flag!).filter((_, i) => i % 2 === 0 || i === 4); // two minutes
    const lines = flags.flatMap((flag) => [flag, ...flags.map((other) => `${flag} ${other}`)]);
    const waiting = lines.values();
    const work = async (): Promise<void> => {
      for (const line of waiting)
        assert.match(await type(`run -s pipeline svd ${line}`), /kept by npm/, line);
    };
    await Promise.all([work(), work()]);
    // npm without its log still says what it can.
    assert.match(
      await type('run -s pipeline --dry-run', { npm_config_logs_max: '0' }),
      /kept by npm.*npm_config_dry_run=true/,
    );
    assert.equal(
      await type('run -s pipeline', { npm_config_logs_max: '0', npm_config_json: 'true' }),
      'started',
    );
  },
);
