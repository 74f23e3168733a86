// A command of the project in the test's own process, as the process is not what most tests are about.
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { runPipelineCommand } from '../commands/pipeline-command.ts';

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The last command: the next one waits for it, as a process has one folder to work in. */
let inTurn: Promise<unknown> = Promise.resolve();

/** Carries out `commands/pipeline.ts` with these words in `folder`, or `run`: another command, or that of a copy of the project. */
export function runInProcess(
  folder: string,
  args: readonly string[],
  run: typeof runPipelineCommand = runPipelineCommand,
): Promise<Finished> {
  const finished = inTurn.then(async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const [out, err] = [collect(stdout), collect(stderr)];
      const stop = new AbortController().signal;
      const code = await run(args, withoutNpm(process.env), { stdout, stderr, stop });
      for (const stream of [stdout, stderr]) await once(stream.end(), 'end');
      return { code, out: out(), err: err() };
    } finally {
      process.chdir(before);
    }
  });
  inTurn = finished.catch(() => {});
  return finished;
}

export function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return () => text;
}

/** Variables that `npm test` sets, which a user of the runner does not have. */
export function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('npm_')));
}
