// What training would run on here, for the key of its stage: found out without loading an engine.
import { engineIdentity as kernelIdentity } from '../kernel/identity.ts';
import { backendIdentity } from '../model/backend-identity.ts';

export const ENGINES = ['auto', 'native', 'wasm', 'tensorflow'] as const;
export type EngineName = (typeof ENGINES)[number];

/** What the engine of that name resolves to. Throws ExpectedError for `native` without a compiler. */
export async function engineIdentity(name: EngineName): Promise<Record<string, string>> {
  return name === 'tensorflow'
    ? { engine: 'tensorflow', ...(await backendIdentity()) }
    : kernelIdentity(name);
}
