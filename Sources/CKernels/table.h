#pragma once
// One table of the kernels that are compiled once for each instruction set (row_kernels.h), and the choice among them.
#include <stddef.h>
#include <stdint.h>

#include "ckernels_convolutions.h"
#include "ckernels_gradients.h"

/// Rows of activations that meet a panel of a packed matrix at once, and the outputs in a panel.
enum { CK_TILE = 12, CK_WIDE = 32 };

/// A product of a few rows with a panel: `out[i, c] = factor * ((out, where it adds, +) sum over j of x[i, j] * panel[j, c])`
/// for all vectors of 16 outputs that reach into the first `columns`.
typedef struct {
  size_t rows, columns, k;  // CK_TILE and CK_WIDE at the most
  const float *x;
  size_t stride;
  const void *panel;    // floats, or bfloat16
  size_t panel_stride;  // in numbers
  int adds;
  float factor;
  float *out;
  size_t stride_out;
} ck_tile;

typedef struct {
  const float *bias, *scale;  // of the panel's first output; NULL: none
  int activation, accumulate;
} ck_finish;

typedef struct {
  const char *name;
  void (*layer_norm)(size_t rows, size_t columns, const float *x, const float *weight, const float *bias, float epsilon,
                     float *out);
  void (*rms_norm)(size_t rows, size_t columns, const float *x, const float *weight, float epsilon, float *out);
  // Activations: `kind` is of enum ck_activation.
  void (*activate)(int kind, size_t count, const float *x, float *out);
  void (*gate)(int kind, size_t columns, const float *gate, const float *up, float *out);
  void (*add_bias)(size_t columns, const float *bias, float *x);
  void (*add)(size_t count, const float *x, float *y);
  void (*add_scaled)(size_t columns, const float *x, const float *bias, const float *scale, float *y);
  void (*softmax)(size_t count, float *x);
  float (*dot)(size_t count, const float *a, const float *b);
  void (*accumulate)(size_t count, float factor, const float *x, float *y);  // y += factor * x
  void (*turn)(size_t half, int interleaved, const float *x, const float *cosines, const float *sines, float *out);
  // Dot product of one quantised row with x; `block_sums[b]` is the sum of the 32 floats x[32 b ..]. NULL: unpack first.
  float (*dot_q4_0)(size_t blocks, const void *row, const float *x, const float *block_sums);
  float (*dot_q4_1)(size_t blocks, const void *row, const float *x, const float *block_sums);
  float (*dot_q8_0)(size_t blocks, const void *row, const float *x, const float *block_sums);
  void (*unpack_f16)(size_t count, const void *source, float *destination);
  void (*unpack_q4_0)(size_t blocks, const void *source, float *destination);
  void (*unpack_q4_1)(size_t blocks, const void *source, float *destination);
  void (*unpack_q8_0)(size_t blocks, const void *source, float *destination);
  // Packed products (packed.c); tiles are [rows, CK_WIDE].
  void (*round_int8)(size_t blocks, size_t count, const float *x, int8_t *codes, float *scales, float *sums);
  void (*round_to_bf16)(size_t count, const float *x, float *out);
  void (*round_bf16)(size_t count, const float *x, uint16_t *out);
  void (*pack_units)(size_t rows, size_t count, const void *units, size_t stride, void *panel);
  void (*transpose)(size_t rows, size_t columns, const float *x, size_t stride, float *out, size_t stride_out);
  void (*pair_bf16)(size_t count, const float *first, const float *second, uint32_t *out);
  void (*tile_f32)(const ck_tile *tile);
  void (*tile_bf16)(const ck_tile *tile);  // exact products, sums in f32
  void (*finish_tile)(size_t rows, size_t columns, const float *tile, const ck_finish *finish, float *out,
                      size_t stride);
  // Row `row` of a depthwise convolution's result, `x` at the first row of the image that the kernel sees then; without the
  // activation where it has no bounds.
  void (*depthwise_row)(const ck_depthwise *c, size_t row, const float *x, float *out);
  // Gradients: row_gradients.h says what each computes.
  void (*activate_backward)(int kind, size_t count, const float *x, const float *grad, float *out);
  void (*gate_backward)(int kind, size_t columns, const float *gate, const float *up, const float *grad,
                        float *grad_gate, float *grad_up);
  void (*layer_norm_backward)(size_t rows, size_t columns, const float *x, const float *weight, float epsilon,
                              const float *grad, float *grad_x, float *statistics);
  void (*rms_norm_backward)(size_t rows, size_t columns, const float *x, const float *weight, float epsilon,
                            const float *grad, float *grad_x, float *statistics);
  void (*norm_parameters_backward)(size_t rows, size_t stride, size_t columns, const float *x, const float *grad,
                                   const float *statistics, float *grad_weight, float *grad_bias);
  void (*softmax_backward)(size_t count, float scale, const float *p, float *x);
  float (*cross_entropy)(size_t count, size_t target, float smoothing, float scale, float *z);
  void (*adamw)(size_t count, const ck_adamw_step *step, const float *grad, float *parameter, float *first,
                float *second);
  void (*blend)(size_t count, float keep, const float *x, float *y);
  void (*multiply)(size_t count, const float *x, const float *y, float *out);
} ck_table;

extern const ck_table ck_table_portable;
#if defined(__x86_64__)
extern const ck_table ck_table_avx2, ck_table_avx512;
#elif defined(__aarch64__)
extern const ck_table ck_table_neon;
#endif

const ck_table *ck_kernels(void);
