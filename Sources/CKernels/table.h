#pragma once
// One table of the kernels that are compiled once for each instruction set (row_kernels.h), and the choice among them.
#include <stddef.h>

typedef struct {
  const char *name;
  void (*layer_norm)(size_t rows, size_t columns, const float *x, const float *weight, const float *bias, float epsilon,
                     float *out);
  void (*rms_norm)(size_t rows, size_t columns, const float *x, const float *weight, float epsilon, float *out);
  void (*gelu)(size_t count, const float *x, float *out);
  void (*silu_gate)(size_t columns, const float *gate, const float *up, float *out);
  void (*add_bias)(size_t columns, const float *bias, float *x);
  void (*add)(size_t count, const float *x, float *y);
  void (*add_scaled)(size_t columns, const float *x, const float *bias, const float *scale, float *y);
  void (*softmax)(size_t count, float *x);
  float (*dot)(size_t count, const float *a, const float *b);
  void (*accumulate)(size_t count, float factor, const float *x, float *y);  // y += factor * x
  // Dot product of one quantised row with x; `block_sums[b]` is the sum of the 32 floats x[32 b ..]. NULL: unpack first.
  float (*dot_q4_0)(size_t blocks, const void *row, const float *x, const float *block_sums);
  float (*dot_q4_1)(size_t blocks, const void *row, const float *x, const float *block_sums);
  float (*dot_q8_0)(size_t blocks, const void *row, const float *x, const float *block_sums);
  void (*unpack_f16)(size_t count, const void *source, float *destination);
  void (*unpack_q4_0)(size_t blocks, const void *source, float *destination);
  void (*unpack_q4_1)(size_t blocks, const void *source, float *destination);
  void (*unpack_q8_0)(size_t blocks, const void *source, float *destination);
} ck_table;

extern const ck_table ck_table_portable;
#if defined(__x86_64__)
extern const ck_table ck_table_avx2, ck_table_avx512;
#endif

const ck_table *ck_kernels(void);
