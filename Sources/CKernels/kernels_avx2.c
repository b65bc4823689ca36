#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define HALF_IS_NATIVE
typedef struct { _Float16 value; } __attribute__((packed)) packed_half;
#define HALF(p) ((float)((const packed_half *)(p))->value)

// 16 floats are two registers, of which masks take as many lanes as are wanted.
typedef float sixteen __attribute__((vector_size(64)));
typedef union {
  sixteen all;
  __m256 halves[2];
} two_registers;

/// The first `count` of eight lanes.
static inline __attribute__((always_inline)) __m256i first_lanes(size_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline __attribute__((always_inline)) sixteen load_lanes(const float *p, size_t count, float rest) {
  __m256i low = first_lanes(count), high = first_lanes(count < 8 ? 0 : count - 8);
  __m256 others = _mm256_set1_ps(rest);
  two_registers v = {.halves = {_mm256_blendv_ps(others, _mm256_maskload_ps(p, low), _mm256_castsi256_ps(low)),
                                _mm256_blendv_ps(others, _mm256_maskload_ps(p + 8, high), _mm256_castsi256_ps(high))}};
  return v.all;
}

static inline __attribute__((always_inline)) void store_lanes(float *p, sixteen all, size_t count) {
  two_registers v = {.all = all};
  _mm256_maskstore_ps(p, first_lanes(count), v.halves[0]);
  _mm256_maskstore_ps(p + 8, first_lanes(count < 8 ? 0 : count - 8), v.halves[1]);
}

#define LOAD_SOME(p, count, rest) load_lanes(p, count, rest)
#define STORE_SOME(p, v, count) store_lanes(p, (sixteen)(v), count)
#define TILE_ROWS 6
#define TILE_VECTORS 1
#define DEPTHWISE_PIXELS 4
#define TABLE ck_table_avx2
#define TABLE_NAME "AVX2"
#include "row_kernels.h"
#pragma clang attribute pop
#else
typedef int ck_no_avx2;
#endif
