#pragma once
#include <stddef.h>

#include "ckernels_quantized.h"

// Products of many rows with frozen matrices that were packed for them once: panels of 32 outputs, in f32, in bfloat16,
// or in codes of 8 bits. Rows of activations are rounded as they come; sums are f32, of codes exact integers within a
// group.

enum ck_precision { CK_PRECISION_F32, CK_PRECISION_BF16, CK_PRECISION_INT8 };

/// A packed matrix of `n` outputs and `k` inputs.
typedef struct {
  int precision;
  size_t n, k;
  size_t group;  // for codes: columns that share a scale, 16 or 32; 0 where all columns of an output do
  int bits;      // bits of a code
  int compact;   // for codes: those of 4 bits in pairs, scales as halves where that is exact; for bf16: inputs in pairs
  const void *data;
} ck_packed;

/// What follows a product: `out = (out +) scale * activation(product + bias)`, what is not wanted left out.
typedef struct {
  const float *bias, *scale;  // for each output of all matrices side by side, or NULL
  int activation;              // enum ck_activation
  int accumulate;
} ck_epilogue;

/// The shape of a matrix of floats as this processor multiplies it best. In 8 bits all columns of an output share a scale.
ck_packed ck_packed_floats(int precision, size_t n, size_t k);

/// Bytes of `shape->data`, for which precision, n, k, group and bits are set.
size_t ck_packed_size(const ck_packed *shape);

/// Packs floats: `w` `[n, k]`, or where `transposed` `[k, n]`, with `stride` floats from row to row. In 8 bits every output
/// has one scale, its largest magnitude / 127: `group` is 0, `bits` 8.
void ck_pack(const ck_packed *shape, const float *w, size_t stride, int transposed, void *data);
/// The same for a stored matrix of any type, row by row.
void ck_pack_matrix(const ck_packed *shape, const ck_matrix *matrix, void *data);

/// The shape of a block-quantised matrix in its own codes, with its own scales: no value changes. `k` is its columns.
ck_packed ck_packed_codes(const ck_matrix *matrix, size_t k);
void ck_pack_codes(const ck_packed *shape, const ck_matrix *matrix, void *data);

/// `out[m, sum of n] = x · matricesᵀ`, then the epilogue. `x` `[m, k]`, `stride_x` floats from row to row. All matrices have
/// the same k. Blocks of rows and outputs are shared among the pool's threads; sums run in the same order for any number.
void ck_packed_product(size_t m, const float *x, size_t stride_x, size_t matrices, const ck_packed *matrix,
                       const ck_epilogue *epilogue, float *out, size_t stride_out);

/// As `ck_matmul`, with `x` rounded to 8 bits in the groups of each block-quantised matrix. Up to 8 rows are multiplied
/// by the stored blocks; more by panels of codes that are unpacked on the fly.
void ck_codes_matmul(size_t m, size_t columns, const float *x, size_t matrices, const ck_matrix *matrix, float *out);

/// Whether this processor multiplies bfloat16 itself (AVX-512 BF16, BFDOT of arm64).
int ck_bf16_is_native(void);
/// Whether it does so faster than it multiplies floats. Elsewhere bfloat16 is widened on the way, at the speed of f32.
int ck_bf16_is_fast(void);
/// Whether this processor computes with halves (IEEE binary16), twice as many at once as floats.
int ck_f16_is_fast(void);
/// The instruction set that multiplies codes here: "AVX-512 VNNI", "AVX2", "NEON SDOT", "NEON" or "portable".
const char *ck_int8_instruction_set(void);
