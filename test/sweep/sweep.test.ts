// `npm run sweep` on a small project: which points there are, what runs, what is known, and what is wrong in the YAML.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runSweepCommand } from '../../commands/sweep-command.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import { runInProcess, type Finished } from '../in-process.ts';
import { Project } from '../runner/project.ts';

// `b` counts what it got; 7 is a value that it cannot bear; its thread count shows in the log alone.
const BODY = `
  if (params.n === 7) throw Object.assign(new Error('seven is too many'), { remedy: 'take fewer' });
  console.log('threads', process.env['GROKSCOPE_THREADS']);
  writeFileSync(out + '/summary.json', JSON.stringify({ n: params.n, half: params.n / 2, list: [1, params.n], none: null }));
`;
const STAGES = `stages:
  a: {}
  b:
    needs: [a]
  c:
    needs: [b]
`;
const SWEEPS = `${STAGES}
sweeps:
  grid:
    until: b
    set: { b.rate: 0.25 }
    matrix:
      b.kind: [add, subtract]
      b.n: [2, 3]
    points:
      - b.n: 4
    collect: [b.half, b.list, b.none]
  failing:
    until: b
    matrix: { b.n: [6, 7, 8] }
    collect: [b.n]
`;

let project: Project;
before(async () => {
  project = await Project.create(SWEEPS, { a: {}, b: { body: BODY }, c: {} });
});
after(() => project.remove());

/** Runs the command in the project. */
const sweep = (...args: string[]): Promise<Finished> => runInProcess(project.root, args, runSweepCommand);

const folder = (path: string): string => join(project.root, 'artifacts/sweeps', path);

test('every combination and every explicit point runs once, and a stage that they share runs once', async () => {
  const { code, out, err } = await sweep('grid');
  assert.equal(code, 0, err);
  assert.match(out, /5 points: 0 known, 5 ran/);
  assert.equal(await project.runs('a'), 1);
  assert.equal(await project.runs('b'), 5);
  assert.equal(await project.runs('c'), 0);
  const { schema, columns } = await readArrow(folder('grid/results.arrow'));
  assert.deepEqual(Object.keys(schema.columns), [
    'point',
    'outcome',
    'b.kind',
    'b.n',
    'b.half',
    'b.list',
    'b.none',
  ]);
  assert.deepEqual(columns['point'], [
    'kind=add,n=2',
    'kind=add,n=3',
    'kind=subtract,n=2',
    'kind=subtract,n=3',
    'n=4',
  ]);
  assert.deepEqual(columns['b.kind'], ['add', 'add', 'subtract', 'subtract', 'add']);
  assert.deepEqual(columns['b.half'], Float64Array.of(1, 1.5, 1, 1.5, 2));
  assert.deepEqual(columns['b.list'], ['1 2', '1 3', '1 2', '1 3', '1 4']);
  assert.deepEqual(columns['b.none'], new Float64Array(5).fill(NaN));
  const timings = await readArrow(folder('grid/timings.arrow'));
  assert.equal(timings.rows, 10);
});

test('the folder of a point remembers its params: other commands on it speak of that point', async () => {
  const { err, out } = await project.run('status', 'b', '--artifacts', folder('grid/kind=add,n=2'));
  const words = '--set b.kind=add --set b.n=2 --set b.rate=0.25';
  assert.equal(err, `artifacts/sweeps/grid/kind=add,n=2 is made with ${words} (--as-written ignores this)\n`);
  assert.match(out, /^a +fresh\nb +fresh\n$/);
});

test('known points do not run again, and results have the same bytes from another place', async () => {
  const before = await readFile(folder('grid/results.arrow'));
  assert.match((await sweep('grid')).out, /5 known, 0 ran/);
  await rm(folder('grid'), { recursive: true });
  assert.match((await sweep('grid', '--dry-run')).out, /kind=add,n=2 +known/);
  assert.equal(existsSync(folder('grid')), false);
  assert.match((await sweep('grid')).out, /5 known, 0 ran/);
  assert.deepEqual(await readFile(folder('grid/results.arrow')), before);
  assert.equal(await project.runs('b'), 5);
});

test('a failed point is told with its reason and does not stop the others', async () => {
  const { code, out } = await sweep('failing', '--jobs', '1');
  assert.equal(code, 1);
  assert.match(out, /n=7 +failed\n +b failed\n +seven is too many\n +take fewer/);
  assert.match(out, /3 points: 0 known, 2 ran, 1 failed/);
  const { columns } = await readArrow(folder('failing/results.arrow'));
  assert.deepEqual(columns['outcome'], ['done', 'failed', 'done']);
  assert.deepEqual(columns['b.n'], Float64Array.of(6, 7, 8));
  assert.deepEqual(columns['b.summary.n'], Float64Array.of(6, NaN, 8));
});

test('the number of threads reaches a stage and changes no key', async () => {
  const log = await readFile(folder('grid/n=4/.runs/b/log.txt'), 'utf8').catch(() => '');
  const other = await readFile(folder('failing/n=6/.runs/b/log.txt'), 'utf8');
  assert.match(log + other, /threads [1-9]/);
  const record = await readFile(folder('failing/n=6/.runs/b/provenance.json'), 'utf8');
  assert.doesNotMatch(record, /GROKSCOPE_THREADS/);
});

test('what is wrong with a sweep is told where it stands', async () => {
  const bad = `${STAGES}
sweeps:
  one:
    untill: b
    until: d
  two:
    until: b
    matrix:
      b.m: [1]
      c.n: [1]
      b.n: [1, minus, -3]
    collect: [c.n]
    slurm: { partitions: x, cpus: 0 }
  three:
    until: b
    matrix: { b.n: [1, -3], b.kin: [add] }
`;
  await project.write('bad.yaml', bad);
  const one = await sweep('one', '--file', 'bad.yaml');
  assert.equal(one.code, 2);
  assert.match(one.err, /bad\.yaml:10:5 one has an unknown key "untill"\n.*\n +~+\n +did you mean "until"\?/);
  assert.match(one.err, /bad\.yaml:11:12 there is no stage "d"/);
  const two = await sweep('two', '--file', 'bad.yaml');
  assert.match(two.err, /bad\.yaml:16:7 this sweep runs no stage "c"\n.*\n.*\n +stages: b, a/);
  assert.match(two.err, /bad\.yaml:18:15 collect must list fields of summaries as stage\.field, got "c\.n"/);
  assert.match(two.err, /bad\.yaml:19:14 slurm has no "partitions"\n.*\n.*\n +did you mean "partition"\?/);
  assert.match(two.err, /cpus must be a whole number of at least 1, got 0/);
  const three = await sweep('three', '--file', 'bad.yaml');
  assert.match(three.err, /bad\.yaml:22:24 n must be a whole number of at least 0, got -3/);
  assert.match(three.err, /bad\.yaml:22:29 b has no param "kin"\n.*\n.*\n +did you mean "kind"\?/);
  const none = await sweep('fours', '--file', 'bad.yaml');
  assert.match(none.err, /there is no sweep "fours"/);
});

test('what is wrong with the command line is told all at once', async () => {
  const { code, err } = await sweep('grid', '--executer', 'slurm', '--jobs', '0', '--detach');
  assert.equal(code, 2);
  assert.match(err, /--executer is not an option of sweep\n +did you mean "--executor"\?/);
  assert.match(err, /--jobs must be a whole number/);
  assert.match(err, /--detach needs --executor slurm/);
});

test('options of an executor are in the help text, and are refused where they mean nothing', async () => {
  const { out } = await sweep('--help');
  assert.match(out, /--executor E +local \(default\) or slurm\n/);
  assert.match(out, /-j, --jobs N +with --executor local: how many points run at once/);
  assert.match(out, /--detach +with --executor slurm: submit and return/);
  const other = await sweep('grid', '--executor', 'slurm', '--jobs', '2');
  assert.equal(other.code, 2);
  assert.match(other.err, /--jobs needs --executor local/);
  const gathering = await sweep('grid', '--collect', '--detach', '-j', '2');
  assert.match(gathering.err, /--detach and --collect exclude each other/);
  assert.match(gathering.err, /--jobs and --collect exclude each other/);
  const unknown = await sweep('grid', '--executor', 'slrum');
  assert.match(unknown.err, /--executor must be one of local, slurm, got slrum\n +did you mean "slurm"\?/);
});
