// Params that name a file in another stage's folder, and files of a stage that only such params read.
import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { outcomes, Project } from './project.ts';

const STATE = `
Object.assign(params.fields, {
  start: file({
    default: 'seed',
    names: (value) =>
      value === 'seed'
        ? null
        : { path: value.replace('@', '/state.'), others: async () => 'a state that there is', rest: 'as state' },
  }),
});
export const aside = ['state.'];
`;
const BODY = `
  writeFileSync(out + '/state.1', String(params.pair[1]) + (params.start === 'seed' ? '' : readFileSync(params.start.replace('@', '/state.'), 'utf8')));
`;

let project: Project;
before(async () => {
  project = await Project.create('stages:\n  a: {}\n  b: { needs: [a] }\n', {
    a: { body: BODY, params: STATE },
    b: {},
  });
  const first = await project.pipeline();
  assert.equal(first.code, 0, first.err + first.out);
});
after(() => project.remove());

test('what changes aside in a folder makes nothing else stale', async () => {
  const again = await project.pipeline('--set', 'a.pair=[0,6]');
  assert.deepEqual(outcomes(again), { a: 'ran', b: 'fresh' }, again.out);
  assert.equal(await project.read('artifacts/a/state.1'), '6');
  assert.deepEqual(outcomes(await project.pipeline('--set', 'a.n=3')), { a: 'ran', b: 'ran' });
  assert.equal((await project.pipeline()).code, 0);
});

test('a file in the folder that would be replaced is refused with the line that writes elsewhere', async () => {
  for (const command of ['pipeline', 'plan']) {
    const { code, err } = await project.run(command, '--set', 'a.start=artifacts/a@1');
    assert.equal(code, 2);
    assert.match(err, /^a\.start lies in artifacts\/a, the folder that it would replace\n/);
    assert.match(err, /--artifacts artifacts\/fork/);
  }
  assert.equal(await project.read('artifacts/a/state.1'), '5');
});

test('its content is in the key and not its path; what it must be instead is said where it is missing', async () => {
  const fork = (start: string, ...more: string[]) =>
    project.pipeline('a', '--artifacts', 'forked', '--set', `a.start=${start}`, ...more);
  assert.deepEqual(outcomes(await fork('artifacts/a@1')), { a: 'ran' });
  assert.equal(await project.read('forked/a/state.1'), '55');
  await rename(join(project.root, 'artifacts/a'), join(project.root, 'artifacts/moved'));
  assert.deepEqual(outcomes(await fork('artifacts/moved@1')), { a: 'fresh' });
  await project.write('artifacts/moved/state.1', '9');
  assert.deepEqual(outcomes(await fork('artifacts/moved@1')), { a: 'ran' });
  const { code, err } = await fork('artifacts/moved@7');
  assert.equal(code, 2);
  assert.match(err, /^--set a\.start must be a state that there is, got "artifacts\/moved@7"/);
});
