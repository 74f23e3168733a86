// A full dump of activations takes the same memory whatever p is: bench/dump.ts is the process that is measured.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../stages/start-stage.ts';
import { loader } from '../loader.ts';

const dump = fileURLToPath(new URL('../../bench/dump.ts', import.meta.url));
const skip = process.env.GROKSCOPE_LONG ? false : 'a gigabyte of files: npm run test:long';

test(
  'the activations of p = 113 and of p = 199 are written in less than 500 MB of memory',
  { skip },
  async (t) => {
    for (const p of ['113', '199']) {
      const folder = await temporaryFolder(t);
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, dump, folder, p]);
      const { peak_bytes } = JSON.parse(stdout) as { peak_bytes: number };
      assert.ok(peak_bytes < 500e6, `p = ${p}: ${peak_bytes} bytes`);
    }
  },
);
