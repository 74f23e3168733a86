// The few parts of the WebAssembly API that the kernel uses (Node's types leave them to the DOM's), and the exports of
// kernel.wasm: the functions of exports.c, where pointers are numbers.
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared?: boolean });
    readonly buffer: ArrayBufferLike;
  }
  class RuntimeError extends Error {}
  interface Exports {
    /** Where this instance's stack begins; it grows down. */
    readonly __stack_pointer: { value: number };
    is_fused(): number;
    allocate(bytes: number): number;
    bytes(...sizes: number[]): number;
    open(...sizes: number[]): number;
    upload(kernel: number, n: number, ...columns: number[]): number;
    write(kernel: number, from: number, array: number): void;
    read(kernel: number, to: number, array: number): void;
    get_step(kernel: number): number;
    set_step(kernel: number, step: number): void;
    prepare(kernel: number, batch: number, ...job: number[]): void;
    run(kernel: number, thread: number): void;
  }
  function validate(bytes: Uint8Array): boolean;
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(
    module: Module,
    imports: { env: { memory: Memory } },
  ): Promise<{ readonly exports: Exports }>;
}
