// What a full dump of activations costs: fifteen hooks and the logits of every pair at p = 113, written as Arrow.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './runs.ts';

const ROUNDS = 5;

export interface Dump {
  /** From the start of the process to the first batch: Node, imports, backend. */
  readonly start_ms: number;
  readonly dump_ms: number;
  readonly peak_bytes: number;
  readonly backend: string;
  /** Of all files together. */
  readonly bytes: number;
}

/** Medians over some dumps, each in a process of its own and into an empty folder. */
export function measureDump(): Dump {
  const script = fileURLToPath(new URL('./dump.ts', import.meta.url));
  const dumps = Array.from({ length: ROUNDS }, (): Dump => {
    const folder = mkdtempSync(join(tmpdir(), 'grokscope-dump-'));
    try {
      const args = [...process.execArgv, script, folder, '113'];
      const dump = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Dump;
      const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
      return { ...dump, bytes: sizes.reduce((sum, size) => sum + size, 0) };
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  const middle = (of: (dump: Dump) => number): number => median(dumps.map(of));
  return {
    ...dumps[0]!,
    start_ms: middle((dump) => dump.start_ms),
    dump_ms: middle((dump) => dump.dump_ms),
    peak_bytes: middle((dump) => dump.peak_bytes),
  };
}

export function describeDump({ start_ms, dump_ms, peak_bytes, backend, bytes }: Dump): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  return [
    `\nFull dump of activations at p = 113, ${(bytes / 1e6).toFixed(0)} MB, ${backend}`,
    `  ${seconds(dump_ms)} beyond ${seconds(start_ms)} of process start, peak ${(peak_bytes / 2 ** 20).toFixed(0)} MiB`,
  ].join('\n');
}
