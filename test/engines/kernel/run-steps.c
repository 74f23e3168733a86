// Some steps of the kernel without JavaScript, for builds that Node cannot load here: another processor's under an emulator.
// Usage: run-steps STEPS THREADS [COME] < input > output, both little-endian. COME: of the threads, those that take part.
//   input   int32 p, d_model, n_heads, d_head, d_mlp, rows; weights float32; a, b, label int32 [rows]
//   output  losses float64 [STEPS]; weights float32
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../../lib/engines/kernel/kernel.h"

static struct kernel *k;

static void *run(void *thread) {
  kernel_run(k, *(int *)thread);
  return 0;
}

static void *take(size_t count, size_t size) {
  void *to = malloc(count * size);
  if (!to || fread(to, size, count, stdin) != count) abort();
  return to;
}

int main(int count, char **arguments) {
  if (count != 3 && count != 4) return 2;
  int steps = atoi(arguments[1]), threads = atoi(arguments[2]), come = count == 4 ? atoi(arguments[3]) : threads;
  int *size = take(6, sizeof(int));
  k = kernel_create(size[0], size[1], size[2], size[3], size[4], threads);
  float *weights = take((size_t)k->weight_count, sizeof(float));
  kernel_pad(k, weights, k->weights);
  size_t rows = (size_t)size[5];
  int *a = take(rows, sizeof(int)), *b = take(rows, sizeof(int)), *label = take(rows, sizeof(int));
  double *loss = calloc((size_t)steps, sizeof(double)), *accuracy = calloc((size_t)steps, sizeof(double));
  k->job = (struct job){.kind = TRAIN, .steps = steps, .loss = loss, .accuracy = accuracy};
  k->job.batch = kernel_upload(k, (int)rows, a, b, label);
  k->job.adamw = (struct adamw){1e-3, 1, 0.9, 0.98, 1e-8};
  kernel_prepare(k);
  pthread_t *thread = calloc((size_t)come, sizeof *thread);
  int *number = calloc((size_t)come, sizeof *number);
  for (int i = 0; i < come; i++) {
    number[i] = i;
    if (i) pthread_create(&thread[i], 0, run, &number[i]);
  }
  run(&number[0]);
  for (int i = 1; i < come; i++) pthread_join(thread[i], 0);
  kernel_unpad(k, k->weights, weights);
  fwrite(loss, sizeof(double), (size_t)steps, stdout);
  fwrite(weights, sizeof(float), (size_t)k->weight_count, stdout);
  return 0;
}
