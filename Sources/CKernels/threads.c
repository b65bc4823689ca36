// One small pool for every kernel: workers spin for some microseconds after a loop, since the next one of a forward pass
// comes at once, and then sleep. BLAS is called single-threaded from these loops, so that nobody else wants the cores.
#define _GNU_SOURCE
#include "CKernels.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

enum { MAX_THREADS = 256, SPINS = 20000 };

typedef struct {
  ck_task task;
  void *context;
  size_t count, chunk;
} loop;

static struct {
  pthread_mutex_t owner;  // held by the thread whose loop runs
  pthread_mutex_t lock;   // guards sleeping and waking
  pthread_cond_t wake;
  pthread_t workers[MAX_THREADS];
  int started;             // workers that exist
  _Atomic int threads;     // asked for, the caller's included; 0 until it is chosen
  loop current;
  _Atomic size_t next;     // first index not yet taken
  _Atomic unsigned generation;  // counts loops: a change starts the workers
  _Atomic int running;     // workers that have not left the current loop
} pool = {.owner = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local bool inside_loop;

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int available_processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}

void ck_set_threads(int count) {
  if (count <= 0) count = available_processors();
  atomic_store(&pool.threads, count > MAX_THREADS ? MAX_THREADS : count);
}

int ck_threads(void) {
  if (atomic_load(&pool.threads) == 0) ck_set_threads(0);
  return atomic_load(&pool.threads);
}

static void run_chunks(const loop *l) {
  inside_loop = true;
  for (;;) {
    size_t begin = atomic_fetch_add(&pool.next, l->chunk);
    if (begin >= l->count) break;
    size_t end = l->count - begin < l->chunk ? l->count : begin + l->chunk;
    l->task(l->context, begin, end);
  }
  inside_loop = false;
}

static void *work(void *seen_at_start) {
  unsigned seen = (unsigned)(size_t)seen_at_start;
  for (;;) {
    int spins = 0;
    while (atomic_load_explicit(&pool.generation, memory_order_acquire) == seen) {
      if (++spins < SPINS) {
        relax();
        continue;
      }
      pthread_mutex_lock(&pool.lock);
      while (atomic_load(&pool.generation) == seen) pthread_cond_wait(&pool.wake, &pool.lock);
      pthread_mutex_unlock(&pool.lock);
    }
    // Every worker takes part in every loop (it may find nothing left), so none can miss a generation.
    seen++;
    run_chunks(&pool.current);
    atomic_fetch_sub_explicit(&pool.running, 1, memory_order_release);
  }
  return NULL;
}

static void start_workers(int wanted) {
  sigset_t all, before;
  while (pool.started < wanted) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    // Signals are for the program's own threads.
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    void *generation = (void *)(size_t)atomic_load(&pool.generation);
    int failed = pthread_create(&pool.workers[pool.started], &attributes, work, generation);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (failed) break;
    pool.started++;
  }
}

void ck_parallel_for(size_t count, size_t grain, ck_task task, void *context) {
  if (count == 0) return;
  size_t threads = (size_t)ck_threads();
  if (grain == 0) grain = 1;
  if (inside_loop || threads < 2 || count <= grain || pthread_mutex_trylock(&pool.owner) != 0) {
    task(context, 0, count);
    return;
  }
  start_workers((int)threads - 1);
  // Two chunks a thread even out what neighbours on the machine take away.
  size_t chunk = (count + 2 * threads - 1) / (2 * threads);
  pool.current = (loop){task, context, count, chunk < grain ? grain : chunk};
  atomic_store(&pool.next, 0);
  atomic_store(&pool.running, pool.started);
  pthread_mutex_lock(&pool.lock);
  atomic_fetch_add_explicit(&pool.generation, 1, memory_order_release);
  pthread_cond_broadcast(&pool.wake);
  pthread_mutex_unlock(&pool.lock);
  run_chunks(&pool.current);
  for (int spins = 0; atomic_load_explicit(&pool.running, memory_order_acquire) > 0;) {
    // A worker that is not scheduled needs our core more than we do.
    if (++spins > SPINS) sched_yield(); else relax();
  }
  pthread_mutex_unlock(&pool.owner);
}
