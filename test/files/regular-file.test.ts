// Named pipes, devices, sockets and folders where a file is expected: named at once, never waited for, never replaced.
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, lstat, mkdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readArrow } from '../../lib/files/arrow.ts';
import { readRegular, readTextSync } from '../../lib/files/regular-file.ts';
import { readSafetensors } from '../../lib/files/safetensors.ts';
import { Hashes } from '../../lib/runner/disk/hashes.ts';
import { readPretrained } from '../../lib/artifacts/pretrained.ts';
import { runScript } from '../run-pipeline.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const model = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));
const folder = await temporaryFolder({ after });
const within = (...path: string[]): string => join(folder, ...path);
const server = createServer();
before(async () => {
  await mkdir(within('folder'));
  execFileSync('mkfifo', [within('pipe')]);
  await symlink('/dev/zero', within('device'));
  await new Promise<void>((resolve) => server.listen(within('socket'), resolve));
});
after(() => server.close());

const KINDS = { folder: 'a folder', pipe: 'a named pipe', device: 'a device', socket: 'a socket' };

for (const [name, kind] of Object.entries(KINDS))
  test(`${kind} in place of a file is refused by every reader, which says what it is`, async () => {
    const refused = {
      name: 'Failure',
      message: new RegExp(`/${name} is ${kind}.* \\(expected a file\\)$`),
    };
    const readers: ((path: string) => Promise<unknown>)[] = [
      readRegular,
      async (path) => readTextSync(path),
      readArrow,
      readSafetensors,
      (path) => Hashes.blank().of(path),
    ];
    for (const read of readers) await assert.rejects(read(within(name)), refused);
  });

test('a pretrained folder whose history.arrow or summary.json is a named pipe is refused, not waited for', async () => {
  await mkdir(within('pretrained'));
  await copyFile(model, within('pretrained/model.safetensors'));
  for (const name of ['history.arrow', 'summary.json']) execFileSync('mkfifo', [within('pretrained', name)]);
  await assert.rejects(readPretrained(within('pretrained')), {
    message: /^train\.start: \S+history\.arrow is a named pipe \(expected a file\)$/,
  });
  await assert.rejects(readSummary(within('pretrained'), trainSummary), {
    message: /summary\.json is a named pipe/,
  });
});

test('export replaces a regular file only, even by force', async () => {
  const { ino } = await lstat(within('device'));
  const out = within('device');
  const { code, output } = await runScript('commands/export.ts', '--checkpoint', '1', '--out', out, '-f');
  assert.equal(code, 1);
  assert.match(output, /\/device: is a symbolic link \(only a file is replaced\)\n/);
  assert.equal((await lstat(out)).ino, ino);
});
