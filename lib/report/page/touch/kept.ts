// Keeps the shares of the parts in the address of the page, as in `W_E.9=0&past_mlp=0.5`, so that a link opens the
// network as it was touched. Parts that are whole are left out.
import { readAddress, type WriteAddress } from '../parts/address.ts';
import type { Kept, Network } from './network.ts';

/** The shares in the address, without parts that this network does not have. */
export function readKept(network: Network): Kept {
  const asked = new Map<string, number>();
  for (const [name, text] of readAddress()) {
    const share = Number(text);
    if (text.trim() !== '' && share >= 0 && share <= 1) asked.set(name, share);
  }
  const names = new Set(network.groups(asked).flatMap(({ parts }) => parts.map((part) => part.name)));
  return new Map([...asked].filter(([name]) => names.has(name)));
}

/** Replaces the shares `before` in the address by `kept`. */
export function writeKept(before: Kept, kept: Kept, write: WriteAddress): void {
  const gone = [...before.keys()].filter((name) => !kept.has(name));
  write([
    ...gone.map((name) => [name, null] as const),
    ...[...kept].map(([name, share]) => [name, String(share)] as const),
  ]);
}
