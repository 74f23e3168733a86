// The WebAssembly build's door to JavaScript. All instances (one on the main thread, which sets up and copies; one in each
// worker, which computes) share one memory. There is no C library.
#include "../kernel.h"

#define EXPORT(name) __attribute__((export_name(#name)))

extern unsigned char __heap_base;
static unsigned long heap_end;

enum { PAGE = 65536 };

/** Memory is only ever taken, and grows with it; the whole of it goes when the model is closed. */
EXPORT(allocate) void *allocate(unsigned long bytes) {
  unsigned long start = heap_end ? heap_end : (unsigned long)&__heap_base;
  start = (start + 63) & ~63UL;
  unsigned long end = start + bytes, pages = __builtin_wasm_memory_size(0);
  unsigned long missing = end > pages * PAGE ? (end - pages * PAGE + PAGE - 1) / PAGE : 0;
  if (end < start || (missing && __builtin_wasm_memory_grow(0, missing) == ~0UL)) __builtin_trap();
  heap_end = end;
  return (void *)start;
}

void *platform_allocate(struct kernel *k, long bytes) {
  (void)k;
  return allocate((unsigned long)bytes);
}

void platform_pause(void) {}
#ifdef __wasm_atomics__
void platform_wait(int *address, int expected) { __builtin_wasm_memory_atomic_wait32(address, expected, -1); }
void platform_wake(int *address) { __builtin_wasm_memory_atomic_notify(address, ~0u); }
#else // one thread, which waits for nobody
void platform_wait(int *address, int expected) { __builtin_trap(); }
void platform_wake(int *address) {}
#endif

EXPORT(is_fused) int is_fused(void) { return kernel_is_fused(); }

EXPORT(bytes) double bytes(int p, int d_model, int n_heads, int d_head, int d_mlp, int threads, int rows) {
  return kernel_bytes(p, d_model, n_heads, d_head, d_mlp, threads, rows);
}

EXPORT(open)
struct kernel *open(int p, int d_model, int n_heads, int d_head, int d_mlp, int threads, int spins) {
  struct kernel *k = kernel_create(p, d_model, n_heads, d_head, d_mlp, threads);
  k->team.spins = spins;
  return k;
}

EXPORT(upload)
struct batch *upload(struct kernel *k, int n, const int *a, const int *b, const int *label) {
  return kernel_upload(k, n, a, b, label);
}

static float *array(struct kernel *k, int which) {
  return which == 0 ? k->weights : which == 1 ? k->m : which == 2 ? k->v : k->gradient;
}

/** Weights (0), m (1) or v (2) from a plain array, or zeros. */
EXPORT(write) void write_array(struct kernel *k, const float *plain, int which) {
  if (plain) kernel_pad(k, plain, array(k, which));
  else __builtin_memset(array(k, which), 0, (unsigned long)k->state_size * sizeof(float));
}

/** The reverse; 3: the gradient. */
EXPORT(read) void read_array(struct kernel *k, float *plain, int which) {
  kernel_unpad(k, array(k, which), plain);
}

EXPORT(get_step) int get_step(struct kernel *k) { return k->step; }
EXPORT(set_step) void set_step(struct kernel *k, int step) { k->step = step; }

/** Sets the next job; every worker then calls run(k, its number). */
EXPORT(prepare)
void prepare(struct kernel *k, struct batch *batch, int kind, int steps, int before_relu, const double *adamw,
             double *loss, double *accuracy, float *neurons, float *logits) {
  k->job = (struct job){.kind = (enum job_kind)kind, .steps = steps, .before_relu = before_relu, .batch = batch};
  k->job.adamw = (struct adamw){adamw[0], adamw[1], adamw[2], adamw[3], adamw[4]};
  k->job.loss = loss, k->job.accuracy = accuracy, k->job.neurons = neurons, k->job.logits = logits;
  kernel_prepare(k);
}

EXPORT(run) void run(struct kernel *k, int thread) { kernel_run(k, thread); }
