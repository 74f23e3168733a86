// Storing, restoring and checking that take longer than two seconds say how far they are: as lines and as events.
import assert from 'node:assert/strict';
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Finished } from '../in-process.ts';
import { SwiftProject } from './swift.ts';

const preload = [new URL('slow-disk.mjs', import.meta.url).href];
const MB = 1_000_000;

/** A stage with three files, one of which is big enough to be counted. */
async function create(t: TestContext): Promise<SwiftProject> {
  const project = await SwiftProject.create('stages:\n  a: { run: stages/a.mjs }\n', {
    a: { body: `writeFileSync(out + '/big', Buffer.alloc(2 * ${MB})); writeFileSync(out + '/small', 'x');` },
  });
  t.after(() => project.remove());
  return project;
}

interface Progress {
  readonly stage: string;
  readonly action: string;
  readonly done: number;
  readonly total: number;
}

const progressOf = ({ out }: Finished): Progress[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Progress & { type: string })
    .filter(({ type }) => type === 'progress');

/** Events of `action` go up to the whole. */
function assertCounts(finished: Finished, action: string, total: number): void {
  const events = progressOf(finished).filter((each) => each.action === action);
  assert.ok(events.length > 2, finished.out);
  for (const [i, { done }] of events.entries()) assert.ok(done >= (events[i - 1]?.done ?? 0));
  const last = events.at(-1)!;
  assert.deepEqual([last.done, last.total], [total, total]);
}

// Each mostly waits.
describe('a slow disk', { concurrency: 3 }, () => {
  it('lets restoring be seen', async (t) => {
    const project = await create(t);
    const bytes = 2 * MB + 3;
    assertCounts(await project.pipeline('--json'), 'storing', bytes);
    await rm(join(project.root, 'artifacts'), { recursive: true });
    assertCounts(await project.pipeline('--json'), 'restoring', bytes);
    await rm(join(project.root, 'artifacts'), { recursive: true });
    const { out } = await project.start(['pipeline'], {}, { preload }).finished;
    assert.match(out, /^a +\d+ % +restoring +[012]\/2 MB +\d s/m);
  });

  it('lets storing be seen, and reading files to check them', async (t) => {
    const project = await create(t);
    const { out } = await project.start(['pipeline'], {}, { preload }).finished;
    assert.match(out, /^a +\d+ % +storing +[012]\/2 MB +\d s/m);
    const now = new Date();
    for (const name of ['big', 'small', 'result.txt'])
      await utimes(join(project.root, 'artifacts/a', name), now, now);
    const env = { SLOW: join(project.root, 'artifacts/a') };
    const checked = await project.start(['pipeline'], env, { preload }).finished;
    assert.match(checked.out, /^a +checking +2 MB +[23] s/m);
    assert.match(checked.out, /^a +fresh$/m);
  });

  it('lets verify be seen', async (t) => {
    const project = await create(t);
    assert.equal((await project.pipeline()).code, 0);
    const env = { SLOW: join(project.root, '.cache/objects') };
    const { code, out } = await project.start(['verify'], env, { preload }).finished;
    assert.equal(code, 0, out);
    assert.match(out, /^verify +\d+ % +checking +\d\/4 MB +\d s.*\n1 results, 3 files, .*: 0 damaged\n$/m);
    assertCounts(await project.run('verify', '--json'), 'checking', 2 * (2 * MB + 3));
  });
});
