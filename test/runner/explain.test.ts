// Why a stage is stale, as far up as the reason lies.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Project } from './project.ts';

let project: Project;
before(async () => {
  project = await Project.create('stages:\n  a: {}\n  b: { needs: [a] }\n', { a: {}, b: {} });
  assert.equal((await project.pipeline()).code, 0);
});
after(() => project.remove());

test('explain names what changed upstream, whether that ran already or is still to run', async () => {
  assert.equal((await project.pipeline('--set', 'a.n=7')).code, 0);
  await project.pipeline('a', '--only');
  const ran = await project.run('explain', 'b');
  assert.match(ran.out, /\nsince then\n {2}a\/result\.txt changed \(a ran with another n\)\n/);
  const helper = await project.read('lib/render.ts');
  await project.write('lib/render.ts', `${helper}export const edited = 1;\n`);
  const code = await project.run('explain', 'b');
  assert.match(code.out, /\n {2}needs a, which is stale \(lib\/render\.ts changed\)\n/);
  assert.match(code.out, /\n {2}lib\/render\.ts changed\n/);
  await project.write('lib/render.ts', helper);
  const pending = await project.run('explain', 'b', '--set', 'a.n=8');
  assert.match(pending.out, /^b is stale\n[^]*\n {2}needs a, which is stale \(params\.n: 1 -> 8\)\n/);
  assert.equal((await project.pipeline()).code, 0);
});

test('explain of a fresh stage says why it ran, or was restored, last', async () => {
  const line = async (stage: string): Promise<string> =>
    /^ {2}(?:ran|restored): .*$/m.exec((await project.run('explain', stage)).out)![0];
  assert.equal((await project.pipeline('--set', 'a.n=9')).code, 0);
  const { out } = await project.run('explain', 'b', '--set', 'a.n=9');
  assert.match(out, /^b is fresh\n[^]*\n {2}ran: a\/result\.txt changed\n/);
  assert.equal((await project.pipeline()).code, 0);
  assert.equal(await line('a'), '  restored: params.n: 9 -> 1');
});
