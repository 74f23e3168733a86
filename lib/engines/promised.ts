// An engine must be the one that the key of its stage says.
import { Failure } from '../files/failure.ts';
import type { Identity } from './engine.ts';

/** Throws Failure where what was opened is not what the key of the stage says that it runs on. */
export function refuseOther(opened: Identity, promised: Identity): void {
  const names = [...new Set([...Object.keys(promised), ...Object.keys(opened)])];
  const differs = names.find((name) => opened[name] !== promised[name]);
  if (differs === undefined) return;
  throw new Failure(
    `the engine changed after the run began: ${differs} was ${promised[differs] ?? 'none'}, is ${opened[differs] ?? 'none'}`,
    'run it again',
  );
}
