// The whole pipeline where few run it: a path with all that is special to URLs, shells and JavaScript, and no more than
// 256 open files.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../stages/start-stage.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const skip = process.env['GROKSCOPE_LONG'] && process.platform === 'linux' ? false : 'long, on Linux';

test(
  'the pipeline runs in a path with # % & ? quotes, spaces and ü, with 256 open files',
  { skip },
  async () => {
    const root = join(await temporaryFolder({ after }), `it's #1 & "100%25" größe?`);
    await mkdir(root);
    for (const name of await readdir(repository))
      if (!['artifacts', '.git', '.cache'].includes(name))
        execFileSync('cp', ['-al', join(repository, name), root]); // links, as node_modules is large
    const sizes = ['train.d_model=32', 'train.d_head=8', 'train.d_mlp=64', 'train.epochs=300'];
    const sets = ['dataset.p=31', ...sizes].flatMap((set) => ['--set', set]);
    const main = [
      '--import',
      './lib/files/typescript.mjs',
      'commands/pipeline.ts',
      'pipeline',
      '--jobs',
      '2',
      ...sets,
    ];
    const command = ['-c', 'ulimit -n 256; exec "$@"', 'sh', process.execPath, ...main];
    const { stdout } = await promisify(execFile)('/bin/sh', command, { cwd: root });
    assert.match(stdout, /\nreport +ran /);
    assert.ok((await readdir(join(root, 'artifacts/report'))).includes('index.html'));
  },
);
