#pragma once
#include <stddef.h>

/// `out[m, n] = scale * sum_k a[m, k] * b[n, k]` (+ `out` where `accumulate`): row-major, both operands' rows along k.
/// Strides are in floats. Shares the rows of `b` among the pool's threads.
void ck_gemm_nt(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                size_t stride_b, float *out, size_t stride_out, int accumulate);

/// The same on the calling thread alone, for use inside `ck_parallel_for`.
void ck_gemm_nt_serial(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                       size_t stride_b, float *out, size_t stride_out, int accumulate);

/// `out[m, n] = sum_k a[m, k] * b[k, n]` on the calling thread.
void ck_gemm_nn_serial(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                       float *out, size_t stride_out);
