#pragma once
#include <stddef.h>

// Products of row-major matrices. Strides are in floats, `out` is added to where `accumulate`. The letters say whether the
// first and the second operand are read as they lie (n) or transposed (t). The plain names share the longer side of `out`
// among the pool's threads; `_serial` runs on the calling thread alone, for use inside `ck_parallel_for`.

/// `out[m, n] = scale * sum_k a[m, k] * b[n, k]`.
void ck_gemm_nt(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                size_t stride_b, float *out, size_t stride_out, int accumulate);
void ck_gemm_nt_serial(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                       size_t stride_b, float *out, size_t stride_out, int accumulate);

/// `out[m, n] = sum_k a[m, k] * b[k, n]`.
void ck_gemm_nn(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                float *out, size_t stride_out, int accumulate);
void ck_gemm_nn_serial(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                       float *out, size_t stride_out, int accumulate);

/// `out[m, n] = sum_k a[k, m] * b[k, n]`.
void ck_gemm_tn(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                float *out, size_t stride_out, int accumulate);
void ck_gemm_tn_serial(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                       float *out, size_t stride_out, int accumulate);
