// PyTorch for comparison: torch_step.py, run by a Python of the user, does a few steps whenever its turn comes.
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Failure } from '../lib/files/failure.ts';
import type { Workbench } from './workbench.ts';

export const PEER_VARIANTS = ['eager', 'restructured'] as const;
export type PeerVariant = (typeof PEER_VARIANTS)[number];

export interface Peer {
  readonly version: string;
  /** Milliseconds per step over `steps` steps. */
  time(variant: PeerVariant, steps: number): Promise<number>;
  close(): void;
}

/** Starts it. Throws Failure if that Python has no PyTorch. */
export async function openPeer(bench: Workbench, python: string): Promise<Peer> {
  const script = fileURLToPath(new URL('./torch_step.py', import.meta.url));
  const child = bench.spawn(python, [script, '--threads', String(bench.threads)]);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (words: string) => (said = (said + words).slice(-500)));
  const failed = new Promise<never>((_, reject) => {
    const refuse = (): void =>
      reject(
        new Failure(
          `${python} cannot run bench/torch_step.py`,
          [said.trim().split('\n').at(-1), 'give a Python that has torch'].filter(Boolean).join('\n'),
        ),
      );
    child.on('error', refuse).on('close', refuse);
  });
  failed.catch(() => {});
  child.stdin.on('error', () => {}); // the process is gone: `failed` says so
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    return done ? failed : value;
  };
  const version = await next();
  const time = async (variant: PeerVariant, steps: number): Promise<number> => {
    child.stdin.write(`${variant} ${steps}\n`);
    return Number(await next());
  };
  return { version, time, close: () => child.stdin.end() };
}
