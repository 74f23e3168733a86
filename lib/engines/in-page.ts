// The kernel for a worker of a page, in its single-threaded WebAssembly builds. Uses nothing of Node.
import type { ModelConfig } from '../network/config.ts';
import type { Engine } from './engine.ts';
import { KernelModel } from './kernel/model.ts';
import { loadInPage } from './kernel/wasm/page.ts';
import type { PageModules } from './page-modules.ts';

export interface PageKernel {
  /** Whether multiply-adds are fused here (relaxed SIMD) or separate. */
  readonly arithmetic: 'fused' | 'separate';
  /** Opens a network with zero weights. Throws if the browser gives no memory for it. */
  open(config: ModelConfig): Promise<Engine>;
}

/** The kernel in the fastest form that works in this browser. */
export async function openPageKernel({ relaxed, plain }: PageModules): Promise<PageKernel> {
  if (typeof WebAssembly === 'undefined') throw new Error('this browser has no WebAssembly');
  const { arithmetic, open } = await loadInPage(relaxed, plain);
  const identity = { engine: 'kernel', arithmetic };
  return {
    arithmetic,
    // Nobody knows beforehand how much memory a page may have: too large a network fails when it asks for memory.
    open: async (config) => new KernelModel(identity, config, await open(config, 1), () => {}),
  };
}
