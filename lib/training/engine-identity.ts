// What training would run on here, for the key of its stage: found out without loading an engine.
import { engineIdentity as kernelIdentity, type Identity } from '../kernel/identity.ts';
import type { Note } from '../kernel/native/build.ts';
import { backendIdentity } from '../model/backend-identity.ts';

export const ENGINES = ['auto', 'native', 'wasm', 'tensorflow'] as const;
export type EngineName = (typeof ENGINES)[number];

/** What the engine of that name resolves to; `note` and errors as for the kernel's. */
export async function engineIdentity(name: EngineName, note?: Note): Promise<Identity> {
  return name === 'tensorflow'
    ? { engine: 'tensorflow', ...(await backendIdentity()) }
    : kernelIdentity(name, note);
}
