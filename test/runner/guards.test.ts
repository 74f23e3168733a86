// What could make a cached result wrong: inputs that change under a run, a damaged store, odd files, another machine.
import assert from 'node:assert/strict';
import {
  chmod,
  copyFile,
  lstat,
  readdir,
  readFile,
  rm,
  rmdir,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { endings, parseEvents, textsOf } from './events.ts';
import type { Finished } from '../in-process.ts';
import { outcomes, Project } from './project.ts';

const LONG = process.env['GROKSCOPE_LONG'] === '1';

async function create(t: TestContext, yaml: string, bodies: Record<string, string>): Promise<Project> {
  const stages = Object.entries(bodies).map(([name, body]) => [name, { body }] as const);
  const project = await Project.create(yaml, Object.fromEntries(stages));
  t.after(() => project.remove());
  return project;
}

/** The records of `stage` in the cache. */
async function recordsOf(project: Project, stage: string): Promise<string[]> {
  const names = await readdir(join(project.root, '.cache/records'));
  const read = names.map((name) => project.read(join('.cache/records', name)));
  return (await Promise.all(read)).filter((text) => JSON.parse(text).circumstances.stage === stage);
}

/** Where the cache has the record and the first file of what stands in the folder of `stage`. */
async function placesOf(project: Project, stage: string): Promise<{ record: string; object: string }> {
  const { key, files } = JSON.parse(await project.read(`artifacts/.runs/${stage}/provenance.json`));
  const { sha256 } = files[0] as { sha256: string };
  return {
    record: join(project.root, `.cache/records/${key}.json`),
    object: join(project.root, '.cache/objects', sha256.slice(0, 2), sha256.slice(2)),
  };
}

describe('guards of the cache', { concurrency: 2 }, () => {
  it('a stage that changes its input or a file param while it runs is used and never stored, one that edits its script ran as it was; a retry is stored once', async (t) => {
    const yaml = `stages:
  source: {}
  eats: { needs: [source] }
  self: {}
  filed: { params: { input: given.txt } }
  old: { params: { n: 1 } }
  retry: { params: { n: 9 } }
`;
    const project = await create(t, yaml, {
      source: 'params.n;',
      eats: `appendFileSync(needs['source'] + '/result.txt', 'crumbs');`,
      self: `say('I am edited'); progress(1, 2); appendFileSync(process.argv[1]!, '// edited');`,
      filed: `appendFileSync(params.input!, 'more');`,
      old: `if (params.n === 1) writeFileSync(out + '/old.txt', '');`,
      retry: `writeFileSync(out + '/written.txt', '');
              writeFileSync(resume_dir + '/half', '.', { flag: 'a' });
              if (readFileSync(resume_dir + '/half', 'utf8') === '.') process.kill(process.pid, 'SIGKILL');`,
    });
    await project.write('given.txt', 'first');
    const events = parseEvents((await project.pipeline('--json', '--keep-going')).out);
    assert.deepEqual(endings(events), {
      ...{ source: 'ran', eats: 'ran', self: 'ran', filed: 'ran', old: 'ran', retry: 'failed' },
    });
    for (const [stage, change] of [
      ['eats', 'source/result.txt changed'],
      ['filed', 'params.input changed'],
    ] as const) {
      const detail = textsOf(events, stage, 'detail');
      assert.ok(detail.includes(`${change} while it ran: the result is used but not stored`), detail);
      assert.deepEqual(await recordsOf(project, stage), [], stage);
    }
    assert.equal(textsOf(events, 'self', 'line'), 'I am edited');
    const types = new Set(events.map(({ type }) => type));
    assert.deepEqual([...types].sort(), ['begin', 'end', 'progress', 'say']);
    assert.deepEqual(await recordsOf(project, 'retry'), []);
    await stat(join(project.root, 'artifacts/old/old.txt'));

    const again = await project.pipeline('--set', 'old.n=2');
    assert.deepEqual(outcomes(again), {
      ...{ source: 'restored', eats: 'ran', self: 'fresh', filed: 'ran', old: 'ran', retry: 'ran' },
    });
    assert.deepEqual(await readdir(join(project.root, 'artifacts/old')), ['result.txt']);
    assert.equal((await recordsOf(project, 'retry')).length, 1);
    assert.equal(await project.runs('retry'), 2);
    assert.deepEqual(await readdir(join(project.root, '.cache/resume')), []);
    assert.deepEqual(await readdir(join(project.root, '.cache/tmp')), []);
  });

  it('an object that is truncated, lost or of other bytes and a cut, swapped or lost record are misses; a changed mode is not taken over', async (t) => {
    const names = ['truncated', 'turned', 'lost', 'mode', 'cut', 'swapped', 'gone'];
    const yaml = names.map((name, i) => `  ${name}: { params: { n: ${i} } }\n`).join('');
    const project = await create(t, `stages:\n${yaml}`, Object.fromEntries(names.map((name) => [name, ''])));
    assert.equal((await project.pipeline()).code, 0);
    const whole = await project.artifacts();
    const places = new Map<string, { record: string; object: string }>();
    for (const name of names) places.set(name, await placesOf(project, name));
    const { truncated, turned, lost, mode, cut, swapped, gone } = Object.fromEntries(places);
    await chmod(truncated!.object, 0o644);
    await truncate(truncated!.object, 1);
    await chmod(turned!.object, 0o644);
    const bytes = await readFile(turned!.object);
    bytes[0]! ^= 1;
    await writeFile(turned!.object, bytes);
    await rm(lost!.object);
    await chmod(mode!.object, 0o777);
    await truncate(cut!.record, 100);
    await copyFile(mode!.record, swapped!.record);
    await rm(gone!.record);
    await rm(join(project.root, 'artifacts'), { recursive: true });

    const events = parseEvents((await project.pipeline('--json')).out);
    assert.deepEqual(endings(events), {
      ...{
        truncated: 'ran',
        turned: 'ran',
        lost: 'ran',
        mode: 'restored',
        cut: 'ran',
        swapped: 'ran',
        gone: 'ran',
      },
    });
    for (const [stage, told] of [
      ['truncated', 'result.txt in the cache is damaged: it will be made again'],
      ['turned', 'result.txt in the cache is damaged: it will be made again'],
      ['lost', 'result.txt in the cache is missing: it will be made again'],
      ['cut', 'the record in the cache is damaged: it will be made again'],
      ['swapped', 'the record in the cache is damaged: it will be made again'],
      ['gone', ''],
    ] as const)
      assert.equal(textsOf(events, stage, 'text'), told);
    const restored = await stat(join(project.root, 'artifacts/mode/result.txt'));
    assert.equal(restored.mode & 0o777, 0o644);
    assert.deepEqual(await project.artifacts(), whole);
    const plans = parseEvents((await project.run('status', '--json')).out);
    assert.deepEqual([...new Set(plans.map(({ type, action }) => `${type} ${action}`))], ['plan fresh']);
    await rm(join(project.root, 'artifacts'), { recursive: true });
    const healed = await project.pipeline();
    assert.deepEqual(outcomes(healed), Object.fromEntries(names.map((name) => [name, 'restored'])));
  });

  it('names, modes, empty files and folders come back as they were; links and pipes are refused', async (t) => {
    const odd = ['line\nbreak', 'gr\u00fcn', 'gru\u0308n', ' space ', '\u{1f41f}', '-n'];
    const project = await create(t, 'stages: { odd: {}, pipe: {}, dangling: {}, linked: {} }\n', {
      odd: `const { mkdirSync, chmodSync } = await import('node:fs');
            mkdirSync(out + '/deep/empty', { recursive: true });
            for (const name of ${JSON.stringify(odd)}) writeFileSync(out + '/deep/' + name, name);
            writeFileSync(out + '/nothing', '');
            writeFileSync(out + '/tool', '#!/bin/sh');
            chmodSync(out + '/tool', 0o755);`,
      pipe: `(await import('node:child_process')).execFileSync('mkfifo', [out + '/pipe']);`,
      dangling: `(await import('node:fs')).symlinkSync('nowhere', out + '/dangling');`,
      linked: `(await import('node:fs')).symlinkSync('/etc', out + '/linked');`,
    });
    const first = await project.pipeline('--keep-going');
    assert.deepEqual(outcomes(first), { odd: 'ran', pipe: 'failed', dangling: 'failed', linked: 'failed' });
    assert.match(first.out, /pipe\/attempt-\S+\/pipe is a named pipe$/m);
    for (const name of ['dangling', 'linked'])
      assert.match(first.out, new RegExp(`/${name} is a symbolic link$`, 'm'));
    const folder = join(project.root, 'artifacts/odd');
    const whole = await listing(folder);
    assert.equal(whole['nothing'], '644 ');
    assert.equal(whole['tool'], '755 #!/bin/sh');
    for (const name of odd) assert.equal(whole[`deep/${name}`], `644 ${name}`);
    for (const spoil of [
      () => rm(folder, { recursive: true }),
      () => chmod(join(folder, 'tool'), 0o644),
      () => rmdir(join(folder, 'deep/empty')),
    ]) {
      await spoil();
      assert.deepEqual(outcomes(await project.pipeline('odd')), { odd: 'restored' });
      assert.deepEqual(await listing(folder), whole);
    }
    assert.equal(await project.runs('odd'), 1);
  });

  it('what is not in the key changes nothing: locale, zone, clock, order of needs; what is, does: Node; another lock file stops it', async (t) => {
    const yaml = 'stages:\n  a: {}\n  b: { params: { n: 2 } }\n  c: { needs: [a, b] }\n';
    const project = await create(t, yaml, { a: '', b: '', c: '' });
    await project.write('yesterday.mjs', 'const now = Date.now; Date.now = () => now() - 86_400_000;\n');
    await project.write(
      'node99.mjs',
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '99.0.0' } });\n`,
    );
    const preload = (file: string): NodeJS.ProcessEnv => ({
      NODE_OPTIONS: `--import file://${project.root}/${file}`,
    });
    const status = (env: NodeJS.ProcessEnv = {}): Promise<Finished> =>
      project.start(['status'], env).finished;
    assert.equal((await project.pipeline()).code, 0);
    const fresh = { a: 'fresh', b: 'fresh', c: 'fresh' };
    await project.write('pipeline.yaml', yaml.replace('[a, b]', '[b, a]'));
    const [abroad, newer, past] = await Promise.all([
      status({ LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' }),
      status(preload('node99.mjs')),
      project.start(['pipeline'], preload('yesterday.mjs')).finished,
    ]);
    assert.deepEqual(outcomes(abroad), fresh);
    assert.deepEqual(outcomes(past), fresh);
    assert.match(newer.out, /^a +stale +node: "\d+" -> "99"\nb +stale +node: /m);

    // Written tomorrow, as this clock has it, and with the same size.
    await project.write('lib/render.ts', (await project.read('lib/render.ts')).replace('\\n', '\\t'));
    const edited = await project.start(['pipeline'], preload('yesterday.mjs')).finished;
    assert.deepEqual(outcomes(edited), { a: 'ran', b: 'ran', c: 'ran' });
    const locked = await project.read('package-lock.json');
    await project.write(
      'package-lock.json',
      locked.replace(/("node_modules\/valibot": \{\s+"version": )"[^"]+"/, '$1"0.0.1"'),
    );
    assert.match(
      (await status()).err,
      /^node_modules\/valibot is \S+, package-lock\.json says 0\.0\.1: run `npm ci`\n$/,
    );
  });

  it(
    'a file of more than 4 GiB is stored and restored whole',
    { skip: LONG ? false : 'long: npm run test:long' },
    async (t) => {
      const size = 2 ** 32 + 3;
      const project = await create(t, 'stages: { large: {} }\n', {
        large: `(await import('node:fs')).truncateSync(writeLarge(), ${size});
                function writeLarge(): string { writeFileSync(out + '/large', 'x'); return out + '/large'; }`,
      });
      assert.deepEqual(outcomes(await project.pipeline()), { large: 'ran' });
      await rm(join(project.root, 'artifacts/large'), { recursive: true });
      assert.deepEqual(outcomes(await project.pipeline()), { large: 'restored' });
      assert.equal((await stat(join(project.root, 'artifacts/large/large'))).size, size);
    },
  );
});

/** Mode and content of everything below `folder`. */
async function listing(folder: string): Promise<Record<string, string>> {
  const paths = (await readdir(folder, { recursive: true })).sort();
  const entries = paths.map(async (path) => {
    const stats = await lstat(join(folder, path));
    const content = stats.isFile() ? await readFile(join(folder, path), 'utf8') : 'folder';
    return [path, `${stats.isFile() ? (stats.mode & 0o777).toString(8) : ''} ${content}`] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
