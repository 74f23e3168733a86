// The kernel for a worker of a page: the door to its single-threaded WebAssembly builds. Free of Node.
import type { ModelConfig } from '../network/config.ts';
import type { Engine } from './engine.ts';
import { KernelModel } from './kernel/model.ts';
import { loadInPage } from './kernel/wasm/page.ts';
import type { PageModules } from './page-modules.ts';

export interface PageKernel {
  /** What it computes with here: fused multiply-adds (relaxed SIMD) or separate ones. */
  readonly arithmetic: 'fused' | 'separate';
  /** A network with zero weights. Throws where the browser gives no memory for it. */
  open(config: ModelConfig): Promise<Engine>;
}

/** The kernel in the fastest form that works in this browser. */
export async function openPageKernel({ relaxed, plain }: PageModules): Promise<PageKernel> {
  const { arithmetic, open } = await loadInPage(relaxed, plain);
  const identity = { engine: 'kernel', arithmetic };
  return {
    arithmetic,
    // Memory that is not there is refused when it is asked for: nothing is to be known of a page's beforehand.
    open: async (config) => new KernelModel(identity, config, await open(config, 1), () => {}),
  };
}
