#pragma once
#include <stddef.h>

/// A part `begin ..< end` of a loop. Runs on any thread; must not throw, jump or call back into the pool's owner.
typedef void (*ck_task)(void *context, size_t begin, size_t end);

/// How many threads loops may use, the caller's included; 0 chooses the processors that this process may run on.
/// Call it while no loop runs.
void ck_set_threads(int count);
int ck_threads(void);

/// Runs `task` over `0 ..< count` in chunks of at least `grain`, on the caller and the pool's threads, and returns when
/// all is done. Where another thread's loop, or an outer one of the same thread, holds the pool, it runs on the caller.
void ck_parallel_for(size_t count, size_t grain, ck_task task, void *context);
