// What the native build asks of the system: memory, and waiting. Memory belongs to a kernel and is freed with it.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif
#include "../kernel.h"

struct block {
  struct block *next;
};
enum { BLOCK_HEADER = 64, HUGE_PAGE = 1 << 21 };

/** One block; big ones on huge pages where the system has them, so that walking a column does not miss the TLB. */
static void *allocate_block(long bytes) {
  void *memory = 0;
  size_t size = (size_t)bytes + BLOCK_HEADER;
  if (posix_memalign(&memory, size > HUGE_PAGE ? HUGE_PAGE : 64, size)) return 0;
#ifdef MADV_HUGEPAGE
  if (size > HUGE_PAGE) madvise(memory, size, MADV_HUGEPAGE);
#endif
  return memset(memory, 0, size);
}

void *platform_allocate(struct kernel *k, long bytes) {
  struct block *block = allocate_block(bytes);
  if (!block) {
    fprintf(stderr, "the kernel is out of memory: %ld bytes more were refused\n", bytes);
    abort();
  }
  if (k) block->next = k->memory, k->memory = block;
  return (char *)block + BLOCK_HEADER;
}

void platform_free(struct kernel *k) {
  struct block *block = k->memory;
  free((char *)k - BLOCK_HEADER);
  while (block) {
    struct block *next = block->next;
    free(block);
    block = next;
  }
}

void platform_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static pthread_mutex_t wait_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wait_condition = PTHREAD_COND_INITIALIZER;

void platform_wait(int *address, int expected) {
  pthread_mutex_lock(&wait_mutex);
  while (__atomic_load_n(address, __ATOMIC_SEQ_CST) == expected) pthread_cond_wait(&wait_condition, &wait_mutex);
  pthread_mutex_unlock(&wait_mutex);
}

void platform_wake(int *address) {
  (void)address;
  pthread_mutex_lock(&wait_mutex);
  pthread_cond_broadcast(&wait_condition);
  pthread_mutex_unlock(&wait_mutex);
}
