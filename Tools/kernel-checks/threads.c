// The pool of threads, and memory.
#include <pthread.h>
#include <stdatomic.h>

#include "check.h"

enum { MOST = 1000 };

typedef struct {
  _Atomic int counts[MOST];
} visits;

static void visit(void *context, size_t begin, size_t end) {
  visits *v = context;
  for (size_t i = begin; i < end; i++) atomic_fetch_add(&v->counts[i], 1);
}

static int each_is(const visits *v, size_t count, int times) {
  for (size_t i = 0; i < count; i++)
    if (v->counts[i] != times) return 0;
  return 1;
}

static void coverage(void) {
  static const size_t counts[] = {1, 2, 3, 7, 64, MOST}, grains[] = {0, 1, 5, 2000};
  for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
    for (size_t g = 0; g < sizeof grains / sizeof *grains; g++) {
      visits v = {0};
      for (int i = 0; i < 20; i++) ck_parallel_for(counts[c], grains[g], visit, &v);
      check_that(each_is(&v, counts[c], 20));
    }
  visits none = {0};
  ck_parallel_for(0, 1, visit, &none);
  check_that(each_is(&none, MOST, 0));
}

static void *loops(void *whole) {
  visits v = {0};
  for (int i = 0; i < 200; i++) ck_parallel_for(100, 1, visit, &v);
  *(int *)whole = each_is(&v, 100, 200);
  return NULL;
}

static void concurrency(void) {
  enum { THREADS = 8 };
  pthread_t threads[THREADS];
  int whole[THREADS];
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, loops, &whole[i]) != 0) abort();
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    check_that(whole[i]);
  }
}

static void outer(void *context, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) ck_parallel_for(50, 1, visit, context);
}

static void nesting(void) {
  visits v = {0};
  ck_parallel_for(10, 1, outer, &v);
  check_that(each_is(&v, 50, 10));
}

#if defined(__SSE__) || defined(__aarch64__)
typedef struct {
  volatile float small;  // a subnormal number
  float twice[MOST];
} doubling;

static void twice(void *context, size_t begin, size_t end) {
  doubling *d = context;
  for (size_t i = begin; i < end; i++) d->twice[i] = d->small * 2;
}

static void subnormals(void) {
  doubling d = {.small = 1e-40f};
  // The second loop is too short for a second thread.
  for (size_t count = MOST; count >= 1; count /= MOST) {
    for (size_t i = 0; i < count; i++) d.twice[i] = 1;
    ck_parallel_for(count, 1, twice, &d);
    for (size_t i = 0; i < count; i++) check_that(d.twice[i] == 0);
  }
  check_that(d.small * 2 > 0);
}
#endif

static void memory(void) {
  size_t bytes = 100001;
  uint8_t *pages = ck_map_pages(bytes);
  for (size_t i = 0; i < bytes; i++) check_that(pages[i] == 0);
  memset(pages, 1, bytes);
  ck_unmap_pages(pages, bytes);
  void *lines = ck_allocate(1);
  check_that((uintptr_t)lines % 64 == 0);
  free(lines);
  ck_share_heaps();
  ck_trim_heap();
}

void check_threads(void) {
  check_begin("ck_threads");
  int before = ck_threads();
  check_that(before == 3);
  ck_set_threads(0);
  check_that(ck_threads() >= 1);
  ck_set_threads(before);
  check_begin("a loop visits every index once");
  coverage();
  check_begin("loops of several threads at once finish whole");
  concurrency();
  check_begin("a loop inside of a loop does not wait for itself");
  nesting();
#if defined(__SSE__) || defined(__aarch64__)
  check_begin("numbers below the smallest normal one are 0 within a loop only");
  subnormals();
#endif
  check_begin("pages are cleared, memory is aligned");
  memory();
}
