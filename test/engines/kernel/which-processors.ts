// Which compiled builds can be tried on this machine.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Processor } from './known-runs.ts';

/** Why a program cannot be run here, or false. */
export function missing(...programs: string[]): string | false {
  for (const program of programs)
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    } catch {
      return `${program} is not installed`;
    }
  return false;
}

/** Why a build for this processor cannot be tried here, or false. */
export function whyNotCompiled({ compiler, emulator, feature }: Processor): string | false {
  const lacking = missing(compiler, ...(emulator ? [emulator] : []));
  if (lacking !== false || feature === undefined) return lacking;
  try {
    const has = readFileSync('/proc/cpuinfo', 'utf8').includes(` ${feature} `);
    return !has && `this processor has no ${feature}`;
  } catch {
    return 'no /proc/cpuinfo tells what this processor has';
  }
}
