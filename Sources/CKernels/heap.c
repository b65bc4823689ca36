#include "CKernels.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *map(size_t bytes) {
  void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  return pages == MAP_FAILED ? NULL : pages;
}

int ck_can_map(size_t bytes) {
  if (bytes == 0) return 1;
  void *pages = map(bytes);
  if (pages) munmap(pages, bytes);
  return pages != NULL;
}

// From so many bytes on pages are asked to be large, of 2 MB: there are fewer to clear, and to find.
enum { LARGE = 8 << 20 };

void *ck_map_pages(size_t bytes) {
  void *pages = map(bytes);
  if (!pages) ck_out_of_memory("numbers", bytes);
#if defined(MADV_HUGEPAGE)
  if (bytes >= LARGE) madvise(pages, bytes, MADV_HUGEPAGE);
#endif
  return pages;
}

void ck_unmap_pages(void *pages, size_t bytes) { munmap(pages, bytes); }

void *ck_allocate(size_t bytes) {
  void *p = bytes < SIZE_MAX - 127 ? aligned_alloc(64, (bytes + 127) / 64 * 64) : NULL;
  if (!p) ck_out_of_memory("a product", bytes);
  return p;
}

// Takes no memory itself, and may be called by a handler of signals.
static void say(const char *text) {
  size_t count = strlen(text);
  while (count > 0) {
    ssize_t written = write(STDERR_FILENO, text, count);
    if (written <= 0) return;
    text += written;
    count -= (size_t)written;
  }
}

static const char remedy[] =
    "raise the limit (ulimit -v, ulimit -d), free memory, give smaller photos or fewer at once, or take a smaller model\n";

void ck_out_of_memory(const char *what, size_t bytes) {
  char amount[64];
  snprintf(amount, sizeof amount, "%zu KiB", (bytes + 1023) / 1024);
  say("caption: error: out of memory: ");
  say(amount);
  say(" for ");
  say(what);
  say(" cannot be had; ");
  say(remedy);
  _exit(CK_EXIT_LACKING);
}

/// What may be left when an allocation of some kilobytes fails: the C library takes memory in pieces of this size and more.
enum { LITTLE = 16 << 20 };

static void explain(int number) {
  if (!ck_can_map(LITTLE)) {
    say("caption: error: out of memory: less than 16 MiB are left; ");
    say(remedy);
    _exit(CK_EXIT_LACKING);
  }
  signal(number, SIG_DFL);
  raise(number);
}

void ck_explain_aborts(void) {
  struct sigaction action = {.sa_handler = explain, .sa_flags = SA_NODEFER};
  sigemptyset(&action.sa_mask);
  // Swift's runtime aborts, and traps where it could not tell of a failure.
  sigaction(SIGABRT, &action, NULL);
  sigaction(SIGILL, &action, NULL);
  sigaction(SIGTRAP, &action, NULL);
}

#if defined(__GLIBC__)
#include <malloc.h>

void ck_share_heaps(void) {
  mallopt(M_ARENA_MAX, 1);
  // Left alone, the threshold rises to the largest piece that was ever freed, and pieces below it leave gaps in the heap.
  mallopt(M_MMAP_THRESHOLD, 512 << 10);
}
void ck_trim_heap(void) { malloc_trim(0); }
#else
void ck_share_heaps(void) {}
void ck_trim_heap(void) {}
#endif
