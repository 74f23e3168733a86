/** The folder of a sweep, and the cache that its points share. */
import { join } from 'node:path';
import { openCache, type Settings, type SharedCache } from '../runner/runner.ts';

export interface Site {
  /** `artifacts/sweeps/<name>`. */
  readonly folder: string;
  readonly cache: SharedCache;
  /** Pipeline file and cache, as the folder of each point remembers them beside its params. */
  readonly origin?: Pick<Settings, 'file' | 'cache'> & { readonly root: string };
}

export const openSite = async (artifacts: string, cache: string, sweep: string): Promise<Site> => ({
  folder: join(artifacts, 'sweeps', sweep),
  cache: await openCache(cache),
});
