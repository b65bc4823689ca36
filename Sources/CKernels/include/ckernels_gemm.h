#pragma once
#include <stddef.h>

// Products of row-major matrices. Strides are in floats, `out` is added to where `accumulate`. The letters say whether the
// first and the second operand are read as they lie (n) or transposed (t). Blocks of `out` are shared among the pool's
// threads; inside a loop of `ck_parallel_for` the calling thread does all. Each sum runs over k in order, by fused
// multiply-adds where the processor has them: it depends neither on the number of threads nor on the rows and columns beside
// it, and is the same to the bit with AVX2 and with AVX-512.

/// `out[m, n] = scale * sum_k a[m, k] * b[n, k]`.
void ck_gemm_nt(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                size_t stride_b, float *out, size_t stride_out, int accumulate);

/// `out[m, n] = sum_k a[m, k] * b[k, n]`.
void ck_gemm_nn(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                float *out, size_t stride_out, int accumulate);

/// `out[m, n] = sum_k a[k, m] * b[k, n]`.
void ck_gemm_tn(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                float *out, size_t stride_out, int accumulate);
