// The multiply-add peak of this machine: the best burst of independent multiply-adds in registers, on all threads at once.
// Usage: peak THREADS; prints GFLOP/s.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "../lib/engines/kernel/vector.h"

enum { CHAINS = LANES == 16 ? 14 : 12, TURNS = 200000, BURSTS = 60 };

static pthread_barrier_t start;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/** One burst; its sums are kept from being optimised away. */
static void burst(void) {
  vec sum[CHAINS], x = splat(0.999f), y = splat(0.001f);
  UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = splat((float)i);
  for (int turn = 0; turn < TURNS; turn++) {
    UNROLL for (int i = 0; i < CHAINS; i++) sum[i] = multiply_add(sum[i], x, y);
  }
  volatile float keep = 0;
  for (int i = 0; i < CHAINS; i++) keep = keep + sum[i][0];
}

/** Seconds of this thread's bursts, each begun together with the others'. */
static void *measure(void *seconds) {
  for (int i = 0; i < BURSTS; i++) {
    pthread_barrier_wait(&start);
    double begin = now();
    burst();
    ((double *)seconds)[i] = now() - begin;
  }
  return 0;
}

int main(int count, char **arguments) {
  int threads = count > 1 ? atoi(arguments[1]) : 1;
  double(*seconds)[BURSTS] = calloc((size_t)threads, sizeof *seconds);
  pthread_t *thread = calloc((size_t)threads, sizeof *thread);
  pthread_barrier_init(&start, 0, (unsigned)threads);
  for (int i = 0; i < threads; i++) pthread_create(&thread[i], 0, measure, seconds[i]);
  for (int i = 0; i < threads; i++) pthread_join(thread[i], 0);
  double best = 0;
  for (int i = 0; i < BURSTS; i++) {
    double rate = 0;
    for (int t = 0; t < threads; t++) rate += 2.0 * CHAINS * LANES * TURNS / seconds[t][i] * 1e-9;
    if (rate > best) best = rate;
  }
  printf("%.1f\n", best);
  return 0;
}
