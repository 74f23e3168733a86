// The multiply-add peak of this machine: compiles peak.c with the kernel's compiler and flags, and runs it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuFlags, findCompiler } from '../lib/engines/kernel/native/compiler.ts';
import type { Workbench } from './workbench.ts';

/** GFLOP/s of the best burst on all threads at once. */
export async function measurePeak(bench: Workbench): Promise<number> {
  const program = join(await bench.folder(), 'peak');
  const source = fileURLToPath(new URL('./peak.c', import.meta.url));
  const { command, args } = await findCompiler();
  await bench.run(command, [...args, ...cpuFlags(), source, '-lpthread', '-o', program]);
  return Number((await bench.run(program, [String(bench.threads)])).stdout);
}
