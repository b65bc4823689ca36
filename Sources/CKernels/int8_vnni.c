#include "int8.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "ckernels_dequantize.h"

typedef struct { _Float16 value; } __attribute__((packed)) packed_half;

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), \
                             apply_to = function)

#define DOT(sum, codes, x, bits) ((void)(bits), _mm256_dpbusd_epi32(sum, codes, x))
#include "int8_dots.h"

INLINE __m512i four_at(const int8_t *x) {
  int codes;
  memcpy(&codes, x, sizeof codes);
  return _mm512_set1_epi32(codes);
}

/// All columns share a scale: sums stay integers. `rows` is a constant at every call: 2 registers for each row.
INLINE void tile_whole(const size_t rows, size_t k, const ck_int8_rows *x, const ck_int8_panel *panel, float *out) {
  __m512i sums[CK_TILE][2];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) sums[i][0] = sums[i][1] = _mm512_setzero_si512();
  const uint8_t *codes = panel->codes;
  for (size_t column = 0; column < k; column += 4, codes += 128) {
    __m512i first = _mm512_loadu_si512(codes), second = _mm512_loadu_si512(codes + 64);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      __m512i four = four_at(x->codes + i * x->stride + column);
      sums[i][0] = _mm512_dpbusd_epi32(sums[i][0], first, four);
      sums[i][1] = _mm512_dpbusd_epi32(sums[i][1], second, four);
    }
  }
#pragma clang loop unroll(full)
  for (size_t half = 0; half < 2; half++) {
    __m512 scale = _mm512_loadu_ps(panel->scales + 16 * half), minimum = _mm512_loadu_ps(panel->minima + 16 * half);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[i][half]), _mm512_mul_ps(scale, _mm512_set1_ps(x->scales[i])));
      scaled = _mm512_fmadd_ps(minimum, _mm512_set1_ps(x->sums[i]), scaled);
      _mm512_storeu_ps(out + i * CK_WIDE + 16 * half, scaled);
    }
  }
}

/// `steps` times four columns share a scale; half a panel's block stays in registers while the rows pass by.
INLINE void tile_blocks(const size_t rows, const size_t steps, size_t blocks, const ck_int8_rows *x,
                        const ck_int8_panel *panel, size_t half, float *out) {
  __m512 sums[CK_TILE];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) sums[i] = _mm512_setzero_ps();
  for (size_t b = 0; b < blocks; b++) {
    __m512i codes[8];
#pragma clang loop unroll(full)
    for (size_t s = 0; s < steps; s++) codes[s] = _mm512_loadu_si512(panel->codes + ((b * steps + s) * 2 + half) * 64);
    __m512 scale = _mm512_loadu_ps(panel->scales + b * CK_WIDE + 16 * half);
    __m512 minimum = _mm512_loadu_ps(panel->minima + b * CK_WIDE + 16 * half);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      const int8_t *four = x->codes + i * x->stride + b * steps * 4;
      // Two sums: one would wait for itself.
      __m512i even = _mm512_setzero_si512(), odd = _mm512_setzero_si512();
#pragma clang loop unroll(full)
      for (size_t s = 0; s < steps; s += 2) {
        even = _mm512_dpbusd_epi32(even, codes[s], four_at(four + 4 * s));
        odd = _mm512_dpbusd_epi32(odd, codes[s + 1], four_at(four + 4 * s + 4));
      }
      __m512 products = _mm512_cvtepi32_ps(_mm512_add_epi32(even, odd));
      sums[i] = _mm512_fmadd_ps(products, _mm512_mul_ps(scale, _mm512_set1_ps(x->scales[i * x->blocks + b])), sums[i]);
      sums[i] = _mm512_fmadd_ps(minimum, _mm512_set1_ps(x->sums[i * x->blocks + b]), sums[i]);
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) _mm512_storeu_ps(out + i * CK_WIDE + 16 * half, sums[i]);
}

INLINE void tile_rows(const size_t rows, size_t k, size_t group, const ck_int8_rows *x, const ck_int8_panel *panel,
                      float *out) {
  if (group == 32) {
    for (size_t half = 0; half < 2; half++) tile_blocks(rows, 8, k / 32, x, panel, half, out);
  } else if (group == 16) {
    for (size_t half = 0; half < 2; half++) tile_blocks(rows, 4, k / 16, x, panel, half, out);
  } else {
    tile_whole(rows, k, x, panel, out);
  }
}

static void tile(size_t rows, size_t k, size_t group, const ck_int8_rows *x, const ck_int8_panel *panel, float *out) {
#define CASE(rows) case rows: tile_rows(rows, k, group, x, panel, out); break;
  switch (rows) {
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11)
    default: tile_rows(CK_TILE, k, group, x, panel, out);
  }
}

#pragma clang attribute pop

const ck_int8_table ck_int8_vnni = {"AVX-512 VNNI", dots, split, tile};
#else
typedef int ck_no_vnni;
#endif
