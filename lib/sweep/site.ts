/** Where the points of a sweep lie, and what their runs share: cache, remembered hashes, the code of the stages. */
import { join } from 'node:path';
import { Hashes } from '../runner/hashes.ts';
import type { Settings } from '../runner/memory.ts';
import type { Run } from '../runner/run.ts';
import { Store } from '../runner/store.ts';

export interface Site extends Required<Pick<Run, 'store' | 'hashes' | 'code'>> {
  /** `artifacts/sweeps/<name>`. */
  readonly folder: string;
  /** What the folder of a point remembers beside its params. */
  readonly origin?: Pick<Settings, 'file' | 'cache'> & { readonly root: string };
}

export async function openSite(artifacts: string, cache: string, sweep: string): Promise<Site> {
  return {
    folder: join(artifacts, 'sweeps', sweep),
    store: await Store.open(cache),
    hashes: await Hashes.open(join(cache, 'hashes.json')),
    code: new Map(),
  };
}
