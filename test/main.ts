/**
 * `npm test`: Node's own test runner over all test files, two at a time, or over those named:
 * `npm test -- test/kernel/*.test.ts`. Options go to `node --test`. A test file runs alone, too:
 * `node --import tsx --test FILE`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const AT_ONCE = 2;

const given = process.argv.slice(2);
const all = (await readdir(join(root, 'test'), { recursive: true })).filter((path) =>
  path.endsWith('.test.ts'),
);
const files = given.some((word) => word.endsWith('.ts')) ? [] : all.map((path) => `test/${path}`).sort();
const args = ['--import', 'tsx', '--test', `--test-concurrency=${AT_ONCE}`, ...given, ...files];
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, 'close')) as [number | null];
process.exitCode = code ?? 1;
