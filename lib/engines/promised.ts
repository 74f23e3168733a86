// Checks that an engine is the one that the key of its stage promises.
import { Failure } from '../files/failure.ts';
import type { Identity } from './engine.ts';

/** Throws Failure if the engine that was opened is not the one in the key of the stage. */
export function refuseOther(opened: Identity, promised: Identity): void {
  const names = [...new Set([...Object.keys(promised), ...Object.keys(opened)])];
  const differs = names.find((name) => opened[name] !== promised[name]);
  if (differs === undefined) return;
  throw new Failure(
    `the engine changed after the run began: ${differs} was ${promised[differs] ?? 'none'}, is ${opened[differs] ?? 'none'}`,
    'run it again',
  );
}
