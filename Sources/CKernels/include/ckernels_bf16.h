#pragma once
#include <stddef.h>
#include <stdint.h>

// Products in bfloat16 with sums in f32, for matrices that many rows are multiplied by. A matrix B `[k, n]` is rounded and
// laid out once: blocks of 32 columns, in each the pairs of rows 2p, 2p + 1 side by side, filled up with zeros.

/// Bytes of a packed `[k, n]`.
size_t ck_bf16_packed_size(size_t k, size_t n);
/// Packs `b` `[k, n]`, or where `transposed` `[n, k]`, with `stride` floats from row to row.
void ck_bf16_pack(size_t k, size_t n, const float *b, size_t stride, int transposed, void *packed);

/// Rounds rows `[rows, columns]` to bfloat16, ties to even; `out` has `columns` rounded up to even for each row.
void ck_bf16_round_rows(size_t rows, size_t columns, const float *x, uint16_t *out);

/// `out[m, n] = sum over k of a[m, k] * b[k, n]` (+ `out` where `accumulate`). `a` is bfloat16; its rows lie `stride_a`
/// numbers apart, an even count, and begin at an even one. Where `k` is odd, what follows it in a row is read, too, and
/// must be finite. Shares blocks of columns among the pool's threads. Sums run in the same order for any number of them.
void ck_bf16_gemm(size_t m, size_t n, size_t k, const uint16_t *a, size_t stride_a, const void *packed, float *out,
                  size_t stride_out, int accumulate);

/// Whether this processor multiplies bfloat16 itself (AVX-512 BF16); elsewhere the same sums are done in f32, slower.
int ck_bf16_is_native(void);
