// One small pool for every kernel: workers spin for some microseconds after a loop, since the next one of a forward pass
// comes at once, and then sleep.
#define _GNU_SOURCE
#include "CKernels.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MAX_THREADS = 256, MAX_PROBED = 1024, SPINS = 4000 };

typedef struct {
  ck_task task;
  void *context;
  size_t count, chunk, chunks;
} loop;

static struct {
  pthread_mutex_t owner;  // held by the thread whose loop runs
  pthread_mutex_t lock;   // guards sleeping and waking
  pthread_cond_t wake;
  int started;           // workers that exist
  _Atomic int threads;   // asked for, the caller's included; 0 until it is chosen
  _Atomic int sleeping;  // workers that must be woken
  // Changes only while no chunk is taken; so whoever holds a chunk may read it.
  loop current;
  // Generation (the loop's number) in the upper half, chunks not yet taken in the lower. A chunk is taken by exchanging the
  // whole, so that a worker that comes late, to another loop than it saw, takes none.
  _Atomic uint64_t state;
  _Atomic size_t finished;  // chunks of the current loop
} pool = {.owner = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local bool inside_loop;

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

int ck_processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}

void ck_set_threads(int count) {
  if (count <= 0) count = ck_processors();
  atomic_store(&pool.threads, count > MAX_THREADS ? MAX_THREADS : count);
}

int ck_threads(void) {
  if (atomic_load(&pool.threads) == 0) ck_set_threads(0);
  return atomic_load(&pool.threads);
}

// Numbers below the smallest normal one (1.2e-38) cost more than a hundred times what others do, and mean nothing here:
// where a loop runs they are 0. A peaked attention's probabilities are such numbers, and so are most of its gradients.
#if defined(__SSE__)
#include <xmmintrin.h>
typedef unsigned float_mode;
// FTZ for results, DAZ for operands.
enum { FLUSHES_SUBNORMALS = 1 << 15 | 1 << 6 };
static inline float_mode current_mode(void) { return _mm_getcsr(); }
static inline void set_mode(float_mode mode) { _mm_setcsr(mode); }
#elif defined(__aarch64__)
typedef uint64_t float_mode;
enum { FLUSHES_SUBNORMALS = 1 << 24 };
static inline float_mode current_mode(void) {
  float_mode mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
static inline void set_mode(float_mode mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#else
typedef int float_mode;
enum { FLUSHES_SUBNORMALS = 0 };
static inline float_mode current_mode(void) { return 0; }
static inline void set_mode(float_mode mode) { (void)mode; }
#endif

// Runs a part with subnormal numbers flushed to 0, whichever thread has it, so that what comes out does not depend on it.
static void run_part(ck_task task, void *context, size_t begin, size_t end) {
  float_mode before = current_mode();
  bool changes = (before & FLUSHES_SUBNORMALS) != FLUSHES_SUBNORMALS;
  if (changes) set_mode(before | FLUSHES_SUBNORMALS);
  task(context, begin, end);
  if (changes) set_mode(before);
}

static uint32_t generation_of(uint64_t state) { return (uint32_t)(state >> 32); }

static void run_chunks(uint32_t generation) {
  inside_loop = true;
  uint64_t state = atomic_load(&pool.state);
  while (generation_of(state) == generation && (uint32_t)state > 0) {
    if (!atomic_compare_exchange_weak(&pool.state, &state, state - 1)) continue;
    const loop *l = &pool.current;
    size_t begin = (l->chunks - (uint32_t)state) * l->chunk;
    size_t end = l->count - begin < l->chunk ? l->count : begin + l->chunk;
    run_part(l->task, l->context, begin, end);
    atomic_fetch_add_explicit(&pool.finished, 1, memory_order_release);
    state = atomic_load(&pool.state);
  }
  inside_loop = false;
}

static void *work(void *generation_at_start) {
  uint32_t seen = (uint32_t)(size_t)generation_at_start;
  for (;;) {
    for (int spins = 0; generation_of(atomic_load_explicit(&pool.state, memory_order_acquire)) == seen;) {
      if (++spins < SPINS) {
        relax();
        continue;
      }
      pthread_mutex_lock(&pool.lock);
      atomic_fetch_add(&pool.sleeping, 1);
      while (generation_of(atomic_load(&pool.state)) == seen) pthread_cond_wait(&pool.wake, &pool.lock);
      atomic_fetch_sub(&pool.sleeping, 1);
      pthread_mutex_unlock(&pool.lock);
    }
    seen = generation_of(atomic_load(&pool.state));
    run_chunks(seen);
  }
  return NULL;
}

int ck_start_thread(void *(*body)(void *), void *context, size_t stack, ck_thread *joined) {
  pthread_attr_t attributes;
  int failure = pthread_attr_init(&attributes);
  if (failure) return failure;
  failure = pthread_attr_setstacksize(&attributes, stack);
  if (!joined && !failure) failure = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (!failure) {
    // Signals are for the thread that began the program.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    failure = pthread_create(&thread, &attributes, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failure && joined) joined->thread = thread;
  }
  pthread_attr_destroy(&attributes);
  return failure;
}

void ck_join_thread(ck_thread thread) { pthread_join(thread.thread, NULL); }

static void start_workers(int wanted) {
  while (pool.started < wanted) {
    void *generation = (void *)(size_t)generation_of(atomic_load(&pool.state));
    // With fewer than wanted, loops take longer; and the next loop tries again.
    if (ck_start_thread(work, generation, CK_SMALL_STACK, NULL) != 0) break;
    pool.started++;
  }
}

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool is_over;
} probe;

static void *wait_for_end(void *context) {
  probe *p = context;
  pthread_mutex_lock(&p->lock);
  while (!p->is_over) pthread_cond_wait(&p->wake, &p->lock);
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

int ck_can_start_threads(int count) {
  if (count > MAX_PROBED) count = MAX_PROBED;
  probe p = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
  ck_thread threads[MAX_PROBED];
  int started = 0;
  while (started < count && ck_start_thread(wait_for_end, &p, CK_SMALL_STACK, &threads[started]) == 0) started++;
  pthread_mutex_lock(&p.lock);
  p.is_over = true;
  pthread_cond_broadcast(&p.wake);
  pthread_mutex_unlock(&p.lock);
  for (int i = 0; i < started; i++) ck_join_thread(threads[i]);
  return started == count;
}

void ck_use_small_stacks(void) {
#if defined(__GLIBC__)
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return;
  if (pthread_attr_setstacksize(&attributes, CK_SMALL_STACK) == 0) pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
#endif
}

int ck_main_stack_holds(size_t bytes) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) != 0) return 1;
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= bytes) return 1;
#if defined(__linux__)
  // The stack grows up to what the limit is at that moment.
  if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= bytes) {
    limit.rlim_cur = bytes;
    return setrlimit(RLIMIT_STACK, &limit) == 0;
  }
#endif
  return 0;
}

void ck_parallel_for(size_t count, size_t grain, ck_task task, void *context) {
  if (count == 0) return;
  size_t threads = (size_t)ck_threads();
  if (grain == 0) grain = 1;
  if (inside_loop || threads < 2 || count <= grain || pthread_mutex_trylock(&pool.owner) != 0) {
    run_part(task, context, 0, count);
    return;
  }
  start_workers((int)threads - 1);
  // Several chunks a thread even out what neighbours on the machine take away.
  size_t chunk = (count + 4 * threads - 1) / (4 * threads);
  if (chunk < grain) chunk = grain;
  size_t chunks = (count + chunk - 1) / chunk;
  pool.current = (loop){task, context, count, chunk, chunks};
  atomic_store(&pool.finished, 0);
  uint32_t generation = generation_of(atomic_load(&pool.state)) + 1;
  atomic_store(&pool.state, (uint64_t)generation << 32 | chunks);
  // A worker counts itself as sleeping before it looks at the state for the last time: one of the two sees the other.
  if (atomic_load(&pool.sleeping) > 0) {
    pthread_mutex_lock(&pool.lock);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.lock);
  }
  run_chunks(generation);
  // Only for chunks that were taken: a worker that never got to run is not waited for.
  for (int spins = 0; atomic_load_explicit(&pool.finished, memory_order_acquire) < chunks;) {
    // A worker that is not scheduled needs our core more than we do.
    if (++spins > SPINS) sched_yield(); else relax();
  }
  pthread_mutex_unlock(&pool.owner);
}
