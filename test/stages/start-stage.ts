// Starts one stage as the runner does: a process of its own that gets its job over the IPC channel.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkParams, type ParamsSchema } from '../../lib/runner/schema.ts';
import type { Operation } from '../../lib/task/operations.ts';
import { writePairs } from '../../lib/task/pairs.ts';
import { gridRows } from '../../lib/task/split.ts';
import type { Assignment, StageMessage } from '../../lib/runner/stage.ts';
import { loader } from '../loader.ts';

const root = new URL('../../', import.meta.url);

/** A folder that goes away after a test, or after a file's tests: `temporaryFolder({ after })` at its top level. */
export async function temporaryFolder(t: { after(remove: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'grokscope-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A dataset folder as the dataset stage leaves it, with every second pair to train on. */
export async function writeDataset(folder: string, p: number, operation: Operation): Promise<void> {
  const isTrain = Uint8Array.from({ length: p * p }, (_, i) => i % 2);
  const task = { p, operation, train_fraction: 0.5, seed: 1 };
  await mkdir(folder);
  await writePairs(join(folder, 'pairs.arrow'), task, gridRows(p, operation), isTrain);
}

export interface Ended {
  readonly exitCode: number | null;
  /** The stage's failure, if it was an expected one. */
  readonly message: string;
  readonly log: string;
}

/** Runs stages/<name>.ts with params, defaults filled in, on needed folders into `out`; `onReady` gets its process. */
export async function startStage<S extends ParamsSchema>(
  name: string,
  schema: S,
  given: Record<string, unknown>,
  needs: Record<string, string>,
  out: string,
  onReady?: (child: ChildProcess) => void,
): Promise<Ended> {
  const { params } = checkParams(schema as ParamsSchema, given);
  const { identity } = (await import(new URL(`stages/${name}.params.ts`, root).href)) as {
    identity?: (params: object, note: (line: string) => void) => Promise<Assignment['identity']>;
  };
  const assignment: Assignment = {
    params,
    identity: (await identity?.(params, console.log)) ?? {},
    needs,
    out,
    resume_dir: join(out, '..', 'resume'),
  };
  const child = fork(fileURLToPath(new URL(`stages/${name}.ts`, root)), {
    execArgv: ['--import', loader],
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let [message, log] = ['', ''];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.on('message', (said: StageMessage) => {
    if (said.type === 'ready') child.send(assignment, () => onReady?.(child));
    if (said.type === 'failed') message = said.message;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, message, log };
}
