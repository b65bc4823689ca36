#include "CKernels.h"

#include <stdlib.h>
#include <sys/mman.h>

void *ck_map_pages(size_t bytes) {
  void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (pages == MAP_FAILED) abort();
  return pages;
}

void ck_unmap_pages(void *pages, size_t bytes) { munmap(pages, bytes); }

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
