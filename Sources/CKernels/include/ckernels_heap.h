#pragma once
#include <stddef.h>

/// Exit code of a program that ends because memory or threads are lacking: `EX_OSERR` of sysexits.h.
enum { CK_EXIT_LACKING = 71 };

/// Whether the system would give so many bytes at once now. They are mapped for a trial and given back untouched: an exact
/// test of `RLIMIT_AS`, `RLIMIT_DATA` and strict overcommit, which says nothing about how much memory is free.
int ck_can_map(size_t bytes);

/// Whole pages of the system, cleared. Where there are none the program ends as `ck_out_of_memory` says: callers that can
/// fail ask `ck_can_map` before.
void *ck_map_pages(size_t bytes);
void ck_unmap_pages(void *pages, size_t bytes);

/// Memory for vectors that are read in whole registers and lines, to be given back with `free`. As `ck_map_pages` where
/// there is none: kernels have no way to fail.
void *ck_allocate(size_t bytes);

/// Reports on standard error that `bytes` of memory for `what` are lacking, and ends the program with
/// `CK_EXIT_LACKING`. No destructor runs.
_Noreturn void ck_out_of_memory(const char *what, size_t bytes);

/// From now on an abort while memory is lacking, such as that of Swift's runtime, becomes a message and
/// `CK_EXIT_LACKING`. Other aborts stay what they are.
void ck_explain_aborts(void);

/// Lets all threads allocate from one heap, where the C library would make one for each. Call it before there are threads.
void ck_share_heaps(void);

/// Gives memory that was freed back to the system. Where the C library knows no such thing, nothing happens.
void ck_trim_heap(void);
