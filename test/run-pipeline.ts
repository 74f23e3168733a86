// The project's own pipeline and stages on a small experiment, in a folder of the test's: as `npm run pipeline`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInProcess } from './in-process.ts';
import { loader } from './loader.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a script of the project with Node, in the project's folder. */
export async function runScript(script: string, ...args: string[]): Promise<Finished> {
  const child = spawn(process.execPath, ['--import', loader, join(project, script), ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** Brings `targets` up to date in `<folder>/artifacts`, with params as `--set` has them. */
export async function runPipeline(
  folder: string,
  targets: readonly string[],
  params: readonly string[],
): Promise<Finished> {
  const roots = ['--artifacts', join(folder, 'artifacts'), '--cache', join(folder, 'cache')];
  const sets = params.flatMap((param) => ['--set', param]);
  const { code, out, err } = await runInProcess(project, ['pipeline', ...targets, ...roots, ...sets]);
  return { code, output: out + err };
}
