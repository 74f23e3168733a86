// What a batch system was given is gathered by any later process. No batch system is needed once every task has ended.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runSweepCommand } from '../../commands/sweep-command.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import { openSubmission, readSubmissions } from '../../lib/sweep/executors/submission.ts';
import { runInProcess, type Finished } from '../in-process.ts';
import { Project } from '../runner/project.ts';

const POINTS = ['n=1', 'n=2', 'n=3'];
const BODY = `
  if (params.n === 3) throw new Error('three is too many');
  console.log('threads', process.env['GROKSCOPE_THREADS']);
  writeFileSync(out + '/summary.json', JSON.stringify({ half: params.n / 2 }));
`;

let project: Project;
before(async () => {
  const yaml = `stages: { a: {} }
sweeps:
  here: { until: a, matrix: { a.n: [1, 2, 3] }, collect: [a.half] }
  there: { until: a, matrix: { a.n: [1, 2, 3] }, collect: [a.half] }
`;
  project = await Project.create(yaml, { a: { body: BODY } });
});
after(() => project.remove());

const sweep = (...args: string[]): Promise<Finished> => runInProcess(project.root, args, runSweepCommand);
const folder = (...path: string[]): string => join(project.root, 'artifacts/sweeps', ...path);

const submit = async (executor: string): Promise<string> => {
  const about = { executor, points: POINTS, attempt: 1, array_size: 2 };
  return (await openSubmission(folder('there'), join(project.root, 'pipeline.yaml'), about)).id;
};

test('points that are neither known nor submitted are not waited for', async () => {
  const { code, err } = await sweep('there', '--collect');
  assert.equal(code, 1);
  assert.match(err, /3 of 3 points are neither known nor submitted \(n=1\)\n +run `npm run sweep -- there`/);
});

test('tasks leave what a run here gives, and it is gathered even after pipeline.yaml has changed', async () => {
  const id = await submit('slurm');
  const ends = await Promise.all(POINTS.map((_, i) => sweep('there', '--task', `${id}:${i}:2`)));
  assert.deepEqual(
    ends.map(({ code }) => code),
    [0, 0, 1],
  );
  assert.match(await readFile(folder('there/n=1/.runs/a/log.txt'), 'utf8'), /threads 2/);

  const yaml = await project.read('pipeline.yaml');
  await project.write('pipeline.yaml', yaml.replaceAll('[1, 2, 3]', '[4]'));
  const { code, out } = await sweep('there', '--collect');
  assert.equal(code, 1);
  assert.match(out, /n=3 +failed\n +a failed\n +.*three is too many/);
  assert.match(out, /3 points: 0 known, 2 ran, 1 failed/);
  assert.deepEqual(await readSubmissions(folder('there')), []);
  assert.equal(await project.runs('a'), 3);

  await project.write('pipeline.yaml', yaml);
  await sweep('here');
  const results = await Promise.all(
    ['here', 'there'].map((name) => readArrow(folder(name, 'results.arrow'))),
  );
  assert.deepEqual(results[1]!.columns, results[0]!.columns);
});

test('a task that does not exist, and a submission of an unknown executor, are refused', async () => {
  const id = await submit('pigeons');
  for (const task of [`${id}:3:1`, 'ffffffffffff:0:1', `${id}:0`]) {
    const { code, err } = await sweep('there', '--task', task);
    assert.equal(code, 1);
    assert.ok(err.startsWith(`there is no task ${task} in `), err);
  }
  const { code, err } = await sweep('there', '--collect');
  assert.equal(code, 1);
  assert.match(err, /was submitted with another executor: pigeons/);
});
