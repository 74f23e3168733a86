// The command line: what is accepted, and what is refused and how.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseOptions } from '../../commands/pipeline-options.ts';
import { ConfigurationError } from '../../lib/files/problem.ts';
import { readPipeline } from '../../lib/runner/config/pipeline.ts';
import { findRoots } from '../../lib/runner/config/roots.ts';
import { Project } from '../runner/project.ts';

const parse = (line: string, env: NodeJS.ProcessEnv = {}): ReturnType<typeof parseOptions> =>
  parseOptions(line.split(' '), env);

function refusal(line: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    parse(line, env);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error.message;
  }
  return '';
}

test('options, targets and overrides are read in any order', () => {
  const options = parse('pipeline svd --jobs 3 --set train.seed=1 fourier -k -n --set=a.b=c=d --cache=/x');
  assert.deepEqual(options.targets, ['svd', 'fourier']);
  assert.equal(options.jobs, 3);
  assert.equal(options.keepGoing && options.dryRun, true);
  assert.equal(options.force || options.only || options.json, false);
  assert.deepEqual(
    options.overrides.map(({ stage, param, value }) => [stage, param, value]),
    [
      ['train', 'seed', 1],
      ['a', 'b', 'c=d'],
    ],
  );
  assert.equal(options.cache, '/x');
});

test('a wrong command line is refused with what would be right', () => {
  const cases: [string, string][] = [
    ['pipelin', 'pipelin is not a command\n    commands: pipeline, plan, status, explain, graph, verify, gc'],
    ['pipeline --dryrun', '--dryrun is not an option of pipeline\n    did you mean "--dry-run"?'],
    [
      'status --force',
      '--force is not an option of status\n    options: --set, --file, --artifacts, --cache, --as-written, --help, --json',
    ],
    ['pipeline --jobs 0', '--jobs must be a whole number of at least 1, got 0'],
    ['pipeline --jobs two', '--jobs must be a whole number of at least 1, got two'],
    ['pipeline --file', '--file needs a value\n    for example --file PATH'],
    ['pipeline --set --force', '--set needs a value\n    for example --set train.seed=1'],
    ['pipeline --force=yes', '--force takes no value, got yes'],
    ['pipeline --only', '--only needs the name of a stage\n    npm run pipeline -- svd --only'],
    [
      'pipeline --set seed=1',
      '--set seed=1 must look like stage.param=value\n    for example --set train.seed=1',
    ],
  ];
  for (const [line, message] of cases) assert.equal(refusal(line), message);
  assert.equal(
    refusal('pipeline --frce --jbs 2')
      .split('\n')
      .filter((line) => line.startsWith('-')).length,
    2,
  );
});

let project: Project;
before(async () => {
  project = await Project.create('stages: { a: {} }\n', { a: {} });
});
after(() => project.remove());

test('the command itself: exit code 2 and a message on standard error, nothing on standard output, nothing made', async () => {
  await project.write('broken.yaml', 'stages:\n  a: { params: { n: x } }\n');
  const cases: [string[], RegExp][] = [
    [['pipeline', '--file', 'broken.yaml'], /^broken\.yaml:2:21 n must be a whole number, got "x"\n/],
    [['pipeline', 'aa'], /^pipeline aa there is no stage "aa"\n/],
    [['status', '--file', 'no.yaml'], /^no\.yaml does not exist\n {4}run from the folder/],
  ];
  const all = await Promise.all(cases.map(([args]) => project.run(...args)));
  for (const [i, { code, out, err }] of all.entries()) {
    assert.equal(code, 2, err);
    assert.match(err, cases[i]![1]);
    assert.equal(out, '');
    assert.doesNotMatch(err, /\n\s+at /);
  }
  assert.equal(await project.runs('a'), 0);
});

test('roots that would swallow the project, or lie in a stage folder, are refused', async () => {
  const pipeline = await readPipeline(join(project.root, 'pipeline.yaml'));
  const rootsOf = (line: string): ReturnType<typeof findRoots> => findRoots(parse(line), pipeline);
  const { root } = project;
  assert.deepEqual(rootsOf('pipeline'), { artifacts: join(root, 'artifacts'), cache: join(root, '.cache') });
  for (const [line, message] of [
    [`pipeline --artifacts ${root}`, /^--artifacts \S+ holds the project itself/],
    [`pipeline --cache ${join(root, '..')}`, /^--cache \S+ holds the project itself/],
    [`pipeline --artifacts ${root}/stages`, /^--artifacts \S+ lies in stages\//],
    [`pipeline --cache ${root}/artifacts/a/b`, /^--cache \S+ lies in the folder of a/],
    [`pipeline --artifacts ${root}/.cache/x`, /^--artifacts \S+ lies in the cache/],
  ] as const)
    assert.throws(() => rootsOf(line), { name: 'ConfigurationError', message });
});

test('--help names every option, and docs/interop.md every event of --json', async () => {
  const { out, code } = await project.run('pipeline', '--help');
  assert.equal(code, 0);
  for (const option of [
    '--only',
    '--force',
    '--dry-run',
    '--keep-going',
    '--jobs',
    '--set',
    '--file',
    '--artifacts',
    '--cache',
    '--as-written',
    '--json',
  ])
    assert.ok(out.includes(option), option);
  const page = await readFile(new URL('../../docs/interop.md', import.meta.url), 'utf8');
  for (const event of ['begin', 'progress', 'say', 'note', 'end', 'plan', 'verify', 'gc'])
    assert.ok(page.includes(`\`${event}\``), `${event}: docs/interop.md, to which --help points`);
});
