// The multiply-add peak of this machine: compiles and runs peak.c as the kernel is compiled.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cpuFlags, findCompiler } from '../lib/kernel/native/compiler.ts';

const run = promisify(execFile);

/** GFLOP/s of the best burst on `threads` threads at once. */
export async function measurePeak(threads: number): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'grokscope-peak-'));
  try {
    const { command, args } = await findCompiler();
    const program = path.join(folder, 'peak');
    const source = fileURLToPath(new URL('./peak.c', import.meta.url));
    await run(command, [...args, ...cpuFlags(), source, '-lpthread', '-o', program]);
    return Number((await run(program, [String(threads)])).stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
