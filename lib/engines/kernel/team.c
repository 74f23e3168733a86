// How the threads of a team share the units of a job's phases. A unit is handed to whichever thread asks, and who computes it
// does not change its result. A phase is over when its units are finished, whoever is there: a thread that has no processor,
// as beside busy processes, holds nobody up unless it has a unit in hand. One that finds no unit spins for some tens of
// microseconds, then sleeps.
#include "kernel.h"

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

int team_take(struct team *team) {
  for (;;) {
    int generation = __atomic_load_n(&team->generation, __ATOMIC_ACQUIRE);
    int left = __atomic_load_n(&team->left, __ATOMIC_RELAXED);
    while (left > 0)
      if (__atomic_compare_exchange_n(&team->left, &left, left - 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        return team->units - left;
    if (!__atomic_load_n(&team->running, __ATOMIC_ACQUIRE)) return -1;
    wait_for_next(team, generation);
  }
}

int team_finish(struct team *team) {
  int units = team->units; // asked first: once this unit counts as finished, the next phase may be open
  return __atomic_add_fetch(&team->finished, 1, __ATOMIC_ACQ_REL) == units;
}

static void tell(struct team *team) {
  __atomic_fetch_add(&team->generation, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&team->sleepers, __ATOMIC_SEQ_CST) > 0) platform_wake(&team->generation);
}

void team_open(struct team *team, int units) {
  team->units = units, team->finished = 0;
  __atomic_store_n(&team->running, 1, __ATOMIC_RELAXED);
  __atomic_store_n(&team->left, units, __ATOMIC_RELEASE);
  tell(team);
}

void team_end(struct team *team) {
  __atomic_store_n(&team->running, 0, __ATOMIC_RELEASE);
  tell(team);
}
