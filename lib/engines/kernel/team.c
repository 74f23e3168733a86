// How the threads of a team share a phase and meet at its end. Units are handed out by a counter; who computes a unit
// does not change its result. Between phases a thread spins for some tens of microseconds, then sleeps.
#include "kernel.h"

int team_take(struct team *team) { return __atomic_fetch_add(&team->next_unit, 1, __ATOMIC_RELAXED); }

static void wait_for_next(struct team *team, int generation) {
  for (int i = 0; i < team->spins; i++) {
    if (__atomic_load_n(&team->generation, __ATOMIC_ACQUIRE) != generation) return;
    platform_pause();
  }
  __atomic_fetch_add(&team->sleepers, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&team->generation, __ATOMIC_SEQ_CST) == generation)
    platform_wait(&team->generation, generation);
  __atomic_fetch_sub(&team->sleepers, 1, __ATOMIC_SEQ_CST);
}

void team_meet(struct team *team) {
  int generation = __atomic_load_n(&team->generation, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&team->arrived, 1, __ATOMIC_ACQ_REL) < team->threads) {
    wait_for_next(team, generation);
    return;
  }
  team->arrived = 0;
  __atomic_store_n(&team->next_unit, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&team->generation, generation + 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&team->sleepers, __ATOMIC_SEQ_CST) > 0) platform_wake(&team->generation);
}
