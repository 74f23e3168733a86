// The loader that every command starts with.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loader } from '../loader.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

test('a syntax error is reported with file, line and column, without a stack; stacks name lines of the file', async (t) => {
  const folder = await temporaryFolder(t);
  const run = (file: string): string =>
    spawnSync(process.execPath, ['--import', loader, join(folder, file)], { encoding: 'utf8' }).stderr;
  await writeFile(join(folder, 'broken.ts'), 'const x: number = 1;\nexport const y = ;\n');
  const broken = run('broken.ts');
  assert.match(broken, /SyntaxError.*broken\.ts:2:18 Unexpected ";"/);
  assert.doesNotMatch(broken, /esbuild|\n {4}at /);
  await writeFile(
    join(folder, 'throws.ts'),
    'interface X { x: number }\n\n\nthrow new Error(`no ${0 as number}`);\n',
  );
  assert.match(run('throws.ts'), /Error: no 0\n {4}at .*throws\.ts:4:7/);
});
