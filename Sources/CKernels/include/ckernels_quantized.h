#pragma once
#include <stddef.h>
#include "ckernels_dequantize.h"

/// A weight matrix `[rows, columns]` in its storage type; each row is a whole number of blocks.
typedef struct {
  const void *data;
  size_t rows;
  size_t row_bytes;
  int type;  // enum ck_type
} ck_matrix;

/// `out[m, :] = concatenation over the matrices of (matrix · x[m, :])`: several matrices that read the same input share
/// one loop over the threads. `x` `[m, columns]`, `out` `[m, sum of rows]`.
/// For up to 8 input rows no weight is ever unpacked but into registers or one row of scratch; for more, panels of rows
/// are unpacked to f32, packed and multiplied.
void ck_matmul(size_t m, size_t columns, const float *x, size_t matrices, const ck_matrix *matrix, float *out);

/// The same with `stride_out` floats from row to row of `out`.
void ck_matmul_into(size_t m, size_t columns, const float *x, size_t matrices, const ck_matrix *matrix, float *out,
                    size_t stride_out);

/// As `ck_dequantize_row`, by the fastest way of this processor; same values bit for bit.
void ck_unpack_row(int type, const void *source, float *destination, size_t count);
