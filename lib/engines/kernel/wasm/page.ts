// The builds for a page that was opened from the file system, where memory cannot be shared. They compute on the thread
// of the caller, which should be a worker. Uses nothing of Node.
import type { ModelConfig } from '../../../network/config.ts';
import type { Core, Library } from '../core.ts';
import { ask, bind, FIRST_PAGES, MAX_PAGES, refuseFull } from './binding.ts';

const full = (): Error =>
  new Error('the network and its pairs do not fit in the memory that this browser gives');

/** Loads page-relaxed.wasm if it works here and its multiply-add rounds once, otherwise page.wasm. */
export async function loadInPage(relaxed: Uint8Array, plain: Uint8Array): Promise<Library> {
  const library = WebAssembly.validate(relaxed) ? await load(relaxed) : null;
  return library?.arithmetic === 'fused' ? library : load(plain);
}

async function load(bytes: Uint8Array): Promise<Library> {
  const module = await WebAssembly.compile(bytes);
  const instantiate = async () => {
    const memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MAX_PAGES });
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    return { memory, exports };
  };
  const { exports: asked } = await instantiate();
  const open = async ({ p, d_model, n_heads, d_head, d_mlp }: ModelConfig): Promise<Core> => {
    const { memory, exports } = await instantiate();
    const kernel = refuseFull(full, () => exports.open(p, d_model, n_heads, d_head, d_mlp, 1, 0));
    const run = async (): Promise<void> => exports.run(kernel, 0);
    return bind({ exports, memory, kernel }, run, () => {}, full);
  };
  return { ...ask(asked), open };
}
