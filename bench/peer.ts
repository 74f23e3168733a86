// PyTorch beside us: torch_step.py in a Python of the user's, asked for a few steps whenever its turn comes.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ExpectedError } from '../lib/files/expected-error.ts';

export const PEER_VARIANTS = ['eager', 'restructured'] as const;
export type PeerVariant = (typeof PEER_VARIANTS)[number];

export interface Peer {
  readonly version: string;
  /** Milliseconds per step over `steps` steps. */
  time(variant: PeerVariant, steps: number): Promise<number>;
  close(): void;
}

/** Starts it; throws ExpectedError where that Python has no PyTorch. */
export async function openPeer(python: string, threads: number): Promise<Peer> {
  const script = fileURLToPath(new URL('./torch_step.py', import.meta.url));
  const child = spawn(python, [script, '--threads', String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const failed = new Promise<never>((_, reject) => {
    const refuse = (): void =>
      reject(new ExpectedError(`${python} cannot run bench/torch_step.py`, 'give a Python that has torch'));
    child.on('error', refuse).on('exit', refuse);
  });
  failed.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await Promise.race([lines.next(), failed])).value as string;
  const version = await next();
  const time = async (variant: PeerVariant, steps: number): Promise<number> => {
    child.stdin.write(`${variant} ${steps}\n`);
    return Number(await next());
  };
  return { version, time, close: () => child.stdin.end() };
}
