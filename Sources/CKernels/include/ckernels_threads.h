#pragma once
#include <pthread.h>
#include <stddef.h>

/// A part `begin ..< end` of a loop. Runs on any thread; must not throw, jump or call back into the pool's owner.
typedef void (*ck_task)(void *context, size_t begin, size_t end);

/// The processors that this process may run on.
int ck_processors(void);

/// How many threads loops may use, the caller's included; 0 chooses the processors that this process may run on.
/// Call it while no loop runs.
void ck_set_threads(int count);
int ck_threads(void);

/// Runs `task` over `0 ..< count` in chunks of at least `grain`, on the caller and the pool's threads, and returns when
/// all is done. Where another thread's loop, or an outer one of the same thread, holds the pool, it runs on the caller.
/// Where threads cannot be started, the loop runs on fewer.
///
/// Within the loop, on whatever thread, numbers below the smallest normal one (1.2e-38) are taken for 0 and give 0: they
/// cost more than a hundred times what others do.
void ck_parallel_for(size_t count, size_t grain, ck_task task, void *context);

/// Bytes of a thread's stack. Left to the C library it is what `ulimit -s` says, be that a gigabyte or 64 KiB.
enum { CK_SMALL_STACK = 1 << 20, CK_LARGE_STACK = 8 << 20 };

typedef struct {
  pthread_t thread;
} ck_thread;

/// Starts a thread that gets no signals.
///
/// `stack` is in bytes; `joined` gets the thread, for `ck_join_thread`; where it is NULL the thread is detached.
/// Returns 0, or the `errno` value that tells why there is none.
int ck_start_thread(void *(*body)(void *), void *context, size_t stack, ck_thread *joined);
void ck_join_thread(ck_thread thread);

/// Whether so many threads (at most 1,024) can be had at once now: they are started for a trial, and ended.
int ck_can_start_threads(int count);

/// Gives threads whose makers say nothing, such as those of libraries, `CK_SMALL_STACK`. Call it before there are threads.
void ck_use_small_stacks(void);

/// Whether the stack of the program's first thread may grow to so many bytes; its limit is raised where that is allowed.
int ck_main_stack_holds(size_t bytes);
