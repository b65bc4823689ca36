#pragma once
#include <stddef.h>

/// Whole pages of the system, cleared; ends the process where there are none, as Swift does.
void *ck_map_pages(size_t bytes);
void ck_unmap_pages(void *pages, size_t bytes);

/// Memory aligned to lines of 64 bytes; ends the program where there is none: kernels have no way to fail.
void *ck_allocate(size_t bytes);

/// Lets all threads allocate from one heap, where the C library would make one for each. Call it before there are threads.
void ck_share_heaps(void);

/// Gives memory that was freed back to the system. Where the C library knows no such thing, nothing happens.
void ck_trim_heap(void);
