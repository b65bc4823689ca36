#pragma once
#include <stddef.h>

/// Memory for the time of one kernel, aligned to lines of 64 bytes: such as an earlier kernel gave back, or new. Fresh pages
/// for each product would cost more time than packing does. Ends the program where there is none.
void *ck_take(size_t bytes);

/// Gives memory of `ck_take` back; NULL is nothing.
void ck_give(void *memory);
