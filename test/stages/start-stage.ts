// Runs one stage without the runner: in the test's own process, or as a process that gets its job over the IPC channel.
import { fork, type ChildProcess } from 'node:child_process';
import { Console } from 'node:console';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describeError } from '../../lib/files/failure.ts';
import { checkParams, type ParamsSchema } from '../../lib/runner/schema.ts';
import { handBodiesTo, type Assignment, type StageMessage } from '../../lib/runner/stage.ts';
import { drawPicturesBy } from '../../lib/artifacts/figure.ts';
import { writePairs } from '../../lib/artifacts/dataset.ts';
import type { Operation } from '../../lib/task/operations.ts';
import { gridRows } from '../../lib/task/split.ts';
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
  const grid = gridRows(p, operation);
  const isTrain = Uint8Array.from(grid.a, (_, i) => i % 2);
  const task = { p, operation, train_fraction: 0.5, seed: 1 };
  await mkdir(folder);
  await writePairs(folder, task, grid, isTrain);
}

export interface Ended {
  readonly exitCode: number | null;
  /** The stage's failure, if it was an expected one. */
  readonly message: string;
  readonly log: string;
}

/**
 * Runs stages/<name>.ts with params, defaults filled in, on needed folders into `out`; one at a time. Its pictures take
 * half its time: without them the PNG files are empty.
 */
export function runStage<S extends ParamsSchema>(
  name: string,
  schema: S,
  given: Record<string, unknown>,
  needs: Record<string, string>,
  out: string,
  { pictures = true } = {},
): Promise<Ended> {
  const ended = inTurn.then(async () => {
    const body = await bodyOf(name);
    const log = new Log();
    const say = (line: string): void => void log.write(`${line}\n`);
    const before = globalThis.console;
    globalThis.console = new Console({ stdout: log, stderr: log });
    const drawing = pictures ? null : drawPicturesBy(() => new Uint8Array());
    try {
      const { params, ...rest } = await assign(name, schema, given, needs, out);
      const runsOn = (what: object): void =>
        say(
          `runs on: ${Object.entries(what)
            .map((pair) => pair.join(' '))
            .join(', ')}`,
        );
      await body({ params: params as never, ...rest, say, runsOn, show: () => {}, progress: () => {} });
      return { exitCode: 0, message: '', log: log.text };
    } catch (error) {
      const { message, remedy } = describeError(error, `stages/${name}.ts`);
      console.error(remedy === null ? error : `${message}\n${remedy}`);
      return { exitCode: 1, message, log: log.text };
    } finally {
      globalThis.console = before;
      if (drawing) drawPicturesBy(drawing);
    }
  });
  inTurn = ended.catch(() => {});
  return ended;
}

/** Starts stages/<name>.ts as a process; `onReady` gets it. Params and folders as above. */
export async function startStage<S extends ParamsSchema>(
  name: string,
  schema: S,
  given: Record<string, unknown>,
  needs: Record<string, string>,
  out: string,
  onReady: (child: ChildProcess) => void,
): Promise<Ended> {
  const assignment = await assign(name, schema, given, needs, out);
  const child = fork(fileURLToPath(new URL(`stages/${name}.ts`, root)), {
    execArgv: ['--import', loader],
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let [message, log] = ['', ''];
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.on('message', (said: StageMessage) => {
    if (said.type === 'ready') child.send(assignment, () => onReady(child));
    if (said.type === 'failed') message = said.message;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, message, log };
}

/** The last stage in this process: the next one waits for it, as there is one console. */
let inTurn: Promise<unknown> = Promise.resolve();

class Log extends Writable {
  text = '';
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

type Body = Parameters<Parameters<typeof handBodiesTo>[0]>[0];
const bodies = new Map<string, Body>();

async function bodyOf(name: string): Promise<Body> {
  if (!bodies.has(name)) {
    handBodiesTo((body) => Promise.resolve(void bodies.set(name, body)));
    await import(new URL(`stages/${name}.ts`, root).href);
  }
  return bodies.get(name)!;
}

async function assign(
  name: string,
  schema: ParamsSchema,
  given: Record<string, unknown>,
  needs: Record<string, string>,
  out: string,
): Promise<Assignment> {
  const { params } = checkParams(schema, given);
  const { identity } = (await import(new URL(`stages/${name}.params.ts`, root).href)) as {
    identity?: (params: object, note: (line: string) => void) => Promise<Assignment['identity']>;
  };
  return {
    params,
    identity: (await identity?.(params, console.log)) ?? {},
    needs,
    out,
    resume_dir: join(out, '..', 'resume'),
  };
}
