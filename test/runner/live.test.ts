// What a stage shows while it runs: live.json beside its log, there as long as it works.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Project } from './project.ts';

const LIVE = 'artifacts/.runs/a/live.json';
/** Shows two things and waits until the second can be read; keeps what was there. */
const SHOWS = `
  show({ step: 1 });
  show({ step: 2 });
  const live = runs + '../${LIVE}';
  const shown = () => { try { return readFileSync(live, 'utf8'); } catch { return ''; } };
  while (!shown().includes('2')) await new Promise((resolve) => setImmediate(resolve));
  writeFileSync(runs + 'seen', shown());
`;

test('what a stage shows can be read while it runs, is told once, and is gone when it ends or fails', async (t) => {
  const yaml = (stage: string): string => `stages:\n  ${stage}: {}\n`;
  const project = await Project.create(yaml('a'), { a: { body: SHOWS } });
  t.after(() => project.remove());
  const { code, out } = await project.pipeline('--artifacts', 'artifacts');
  assert.equal(code, 0, out);
  assert.equal(await project.read('runs/seen'), '{"step":2}');
  assert.equal(out.match(/watch a: npm run report -- --artifacts artifacts/g)?.length, 1, out);
  assert.ok(!existsSync(join(project.root, LIVE)));
  await project.writeStage('a', { body: `${SHOWS} throw new Error('it broke');` });
  const failed = await project.pipeline();
  assert.equal(failed.code, 1);
  assert.match(failed.out, /watch a: npm run report$/m);
  assert.ok(!existsSync(join(project.root, LIVE)));
});
