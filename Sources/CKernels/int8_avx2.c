#include "int8.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "ckernels_dequantize.h"

typedef struct { _Float16 value; } __attribute__((packed)) packed_half;

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

/// Two products make 16 bits, which hold 2 * 127 * 127: the eighth bit of a code is multiplied by itself.
static inline __attribute__((always_inline)) __m256i dot_of(__m256i sum, __m256i codes, __m256i x, const int bits) {
  if (bits < 8) return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(codes, x), _mm256_set1_epi16(1)));
  __m256i low = _mm256_maddubs_epi16(_mm256_and_si256(codes, _mm256_set1_epi8(127)), x);
  __m256i top = _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(codes, 7), _mm256_set1_epi8(1)), x);
  sum = _mm256_add_epi32(sum, _mm256_madd_epi16(low, _mm256_set1_epi16(1)));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(top, _mm256_set1_epi16(128)));
}

#define DOT(sum, codes, x, bits) dot_of(sum, codes, x, bits)
#include "int8_dots.h"

enum { ROWS = 4, QUARTER = 8 };

/// A quarter of a panel, `rows` (a constant at every call) of x, codes of so many bits.
INLINE void tile_quarter(const size_t rows, const int bits, size_t blocks, size_t steps, const int8_t *codes_of_x,
                         size_t stride, const float *scales, const float *sums_of_x, size_t x_blocks,
                         const ck_int8_panel *panel, size_t quarter, float *out) {
  __m256 sums[ROWS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) sums[i] = _mm256_setzero_ps();
  for (size_t b = 0; b < blocks; b++) {
    __m256i products[ROWS];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) products[i] = _mm256_setzero_si256();
    for (size_t s = b * steps; s < (b + 1) * steps; s++) {
      __m256i codes = _mm256_loadu_si256((const __m256i *)(panel->codes + s * 128 + quarter * 32));
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++) {
        int four;
        memcpy(&four, codes_of_x + i * stride + 4 * s, sizeof four);
        products[i] = DOT(products[i], codes, _mm256_set1_epi32(four), bits);
      }
    }
    __m256 scale = _mm256_loadu_ps(panel->scales + b * CK_WIDE + quarter * QUARTER);
    __m256 minimum = _mm256_loadu_ps(panel->minima + b * CK_WIDE + quarter * QUARTER);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      __m256 factor = _mm256_mul_ps(scale, _mm256_set1_ps(scales[i * x_blocks + b]));
      sums[i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products[i]), factor, sums[i]);
      sums[i] = _mm256_fmadd_ps(minimum, _mm256_set1_ps(sums_of_x[i * x_blocks + b]), sums[i]);
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) _mm256_storeu_ps(out + i * CK_WIDE + quarter * QUARTER, sums[i]);
}

static void tile(size_t rows, size_t k, size_t group, const ck_int8_rows *x, const ck_int8_panel *panel, float *out) {
  size_t blocks = (k + group - 1) / group, steps = (k < group ? k : group) / 4;
  for (size_t row = 0; row < rows; row += ROWS) {
    size_t some = rows - row < ROWS ? rows - row : ROWS;
    for (size_t quarter = 0; quarter < 4; quarter++) {
#define QUARTER_OF(rows, bits)                                                                                          \
  tile_quarter(rows, bits, blocks, steps, x->codes + row * x->stride, x->stride, x->scales + row * x->blocks,            \
               x->sums + row * x->blocks, x->blocks, panel, quarter, out + row * CK_WIDE)
#define CASE(rows) \
  case rows: if (panel->bits < 8) QUARTER_OF(rows, 7); else QUARTER_OF(rows, 8); break;
      switch (some) {
        CASE(1) CASE(2) CASE(3)
        CASE(ROWS)
      }
    }
  }
}

#pragma clang attribute pop

const ck_int8_table ck_int8_avx2 = {"AVX2", 0, dots, split, tile};
#else
typedef int ck_no_avx2_int8;
#endif
