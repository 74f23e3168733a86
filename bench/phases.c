// What a training step at p = 113 goes into, on untrained weights: compiled together with the kernel and -DTIMED, it has the
// kernel say which part each thread has done.
// Usage: phases THREADS STEPS; prints milliseconds a step and thread, a number for each `enum part` in its order.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "../lib/engines/kernel/kernel.h"

static struct kernel *k;
static __thread double *spent, last; // seconds by part; when this thread last said something

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

void mark(int part) {
  double time = now();
  spent[part] += time - last;
  last = time;
}

struct member {
  int thread;
  double spent[PART_COUNT];
};

static void *run(void *of) {
  struct member *member = of;
  spent = member->spent, last = now();
  kernel_run(k, member->thread);
  mark(WAIT);
  return 0;
}

static double random_number(void) { return rand() / (RAND_MAX + 1.0); }

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int threads = atoi(arguments[1]), steps = atoi(arguments[2]), p = 113, n = 3 * p * p / 10;
  k = kernel_create(p, 128, 4, 32, 512, threads);
  k->team.spins = 500;
  float *weights = calloc((size_t)k->weight_count, sizeof(float));
  for (long i = 0; i < k->weight_count; i++) weights[i] = (float)((random_number() - 0.5) * 0.25);
  kernel_pad(k, weights, k->weights);
  int *row = calloc((size_t)(p * p), sizeof(int)), *a = calloc((size_t)n, sizeof(int));
  int *b = calloc((size_t)n, sizeof(int)), *label = calloc((size_t)n, sizeof(int));
  for (int i = 0; i < p * p; i++) row[i] = i;
  for (int i = 0; i < n; i++) { // n rows of the grid, each once
    int j = i + (int)(random_number() * (p * p - i)), taken = row[j];
    row[j] = row[i];
    a[i] = taken / p, b[i] = taken % p, label[i] = (a[i] + b[i]) % p;
  }
  double *loss = calloc((size_t)steps, sizeof(double)), *accuracy = calloc((size_t)steps, sizeof(double));
  k->job = (struct job){.kind = TRAIN, .steps = steps, .loss = loss, .accuracy = accuracy};
  k->job.batch = kernel_upload(k, n, a, b, label);
  k->job.adamw = (struct adamw){1e-3, 1, 0.9, 0.98, 1e-8};
  kernel_prepare(k);
  pthread_t *thread = calloc((size_t)threads, sizeof *thread);
  struct member *members = calloc((size_t)threads, sizeof *members);
  for (int i = 0; i < threads; i++) {
    members[i].thread = i;
    pthread_create(&thread[i], 0, run, &members[i]);
  }
  for (int i = 0; i < threads; i++) pthread_join(thread[i], 0);
  for (int part = 0; part < PART_COUNT; part++) {
    double sum = 0;
    for (int i = 0; i < threads; i++) sum += members[i].spent[part];
    printf("%.4f\n", 1000 * sum / threads / steps);
  }
  return 0;
}
