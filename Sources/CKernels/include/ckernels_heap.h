#pragma once

/// Lets all threads allocate from one heap, where the C library would make one for each. Call it before there are threads.
void ck_share_heaps(void);

/// Gives memory that was freed back to the system. Where the C library knows no such thing, nothing happens.
void ck_trim_heap(void);
