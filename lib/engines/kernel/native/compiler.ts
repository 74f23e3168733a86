// The system's C compiler, and the flags to compile for this CPU.
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Failure } from '../../../files/failure.ts';

const run = promisify(execFile);

// IEEE arithmetic as it is written, so that the compiler decides nothing about the bits: no contraction, no -ffast-math.
const FLAGS = ['-std=gnu11', '-O3', '-ffp-contract=off', '-fno-math-errno'];
const CPU_FLAGS: Record<string, string[]> = {
  x64: ['-march=native', '-mprefer-vector-width=512'],
  arm64: ['-mcpu=native'],
};
/** All flags, with those for this CPU. */
export const cpuFlags = (): string[] => [...FLAGS, ...(CPU_FLAGS[process.arch] ?? [])];

export interface Compiler {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: string;
}

/** No compiler was named and none is installed: that is common, and not an error of the user. */
export class NoCompiler extends Failure {}

const REMEDY = 'install gcc or clang, or name one in CC; or use engine: wasm';

/**
 * The compiler that `named` ($CC) names; if that is empty, the first of cc, gcc and clang that answers. Throws NoCompiler
 * if there is none, and Failure with the compiler's first line if the named one does not work.
 */
export async function findCompiler(named = process.env.CC): Promise<Compiler> {
  const words = named?.trim() ?? '';
  if (words !== '')
    return askVersion(await splitCommand(words)).catch((error: unknown) => {
      throw new Failure(`CC="${words}" does not work: ${firstLine(error)}`, REMEDY);
    });
  const usual = ['cc', 'gcc', 'clang'];
  for (const command of usual) {
    const found = await askVersion({ command, args: [] }).catch(() => null);
    if (found) return found;
  }
  throw new NoCompiler(`no C compiler (tried ${usual.join(', ')})`, REMEDY);
}

/** Splits at white space; the longest beginning that is a file is the command, so that its path may have spaces. */
async function splitCommand(words: string): Promise<Pick<Compiler, 'command' | 'args'>> {
  const ends = [...words.matchAll(/\s+|$/g)].map(({ index }) => index);
  const split = (end: number): Pick<Compiler, 'command' | 'args'> => ({
    command: words.slice(0, end),
    args: words.slice(end).split(/\s+/).filter(Boolean),
  });
  for (const end of ends.toReversed())
    if ((await stat(words.slice(0, end)).catch(() => null))?.isFile()) return split(end);
  return split(ends[0]!);
}

async function askVersion({ command, args }: Pick<Compiler, 'command' | 'args'>): Promise<Compiler> {
  const { stdout } = await run(command, [...args, '--version']);
  return { command, args, version: stdout.split('\n')[0]!.trim() };
}

/** The first line of what a command that failed printed, or of why it could not be started. */
function firstLine(error: unknown): string {
  const { code, stderr = '', message } = error as NodeJS.ErrnoException & { stderr?: string };
  if (code === 'ENOENT') return 'there is no such command';
  if (code === 'EACCES') return 'it may not be run';
  return (stderr.trim() || message).split('\n', 1)[0]!;
}
