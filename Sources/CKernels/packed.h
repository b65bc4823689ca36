#pragma once
// What the kernels of packed products share.
#include "CKernels.h"
#include "int8.h"
#include "table.h"

/// Rows in 8 bits and their memory.
typedef struct {
  ck_int8_rows rows;
  void *memory;
} ck_rounded_rows;

/// Rounds `x` `[m, k]` in blocks of `group` columns, 0 for whole rows, each filled up to a multiple of 4.
ck_rounded_rows ck_round_int8(size_t m, size_t k, size_t group, const float *x, size_t stride);

#if defined(__x86_64__)
void ck_tile_bf16_native(size_t rows, size_t pairs, const uint16_t *x, size_t stride, const uint16_t *panel,
                         int adds, float *out);
#endif
