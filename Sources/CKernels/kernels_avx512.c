#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#define HALF_IS_NATIVE
typedef struct { _Float16 value; } __attribute__((packed)) packed_half;
#define HALF(p) ((float)((const packed_half *)(p))->value)
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define DEPTHWISE_PIXELS 8
#define TABLE ck_table_avx512
#define TABLE_NAME "AVX-512"
/// An estimate to 14 bits and one step of Newton's: within one unit of the last place, at a quarter of a division's time.
static inline __attribute__((always_inline)) __m512 reciprocal(__m512 x) {
  __m512 y = _mm512_rcp14_ps(x);
  return _mm512_fmadd_ps(y, _mm512_fnmadd_ps(x, y, _mm512_set1_ps(1)), y);
}
#define RECIPROCAL(x) ((floats)reciprocal((__m512)(x)))
#define LOAD_SOME(p, count, rest) _mm512_mask_loadu_ps(_mm512_set1_ps(rest), (__mmask16)((1u << (count)) - 1), p)
#define STORE_SOME(p, v, count) _mm512_mask_storeu_ps(p, (__mmask16)((1u << (count)) - 1), (__m512)(v))
#include "row_kernels.h"
#pragma clang attribute pop
#else
typedef int ck_no_avx512;
#endif
