#include <string.h>

#include "CKernels.h"
#include "packed.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define NATIVE __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

// `rows` is a constant at every call: sums stay in registers, 2 for each row.
static inline __attribute__((always_inline)) NATIVE void tile_rows(const size_t rows, size_t pairs, const uint16_t *x,
                                                                   size_t stride, const uint16_t *panel, int adds,
                                                                   float *out) {
  __m512 sums[CK_TILE][2];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    sums[i][0] = adds ? _mm512_loadu_ps(out + i * CK_WIDE) : _mm512_setzero_ps();
    sums[i][1] = adds ? _mm512_loadu_ps(out + i * CK_WIDE + 16) : _mm512_setzero_ps();
  }
  for (size_t p = 0; p < pairs; p++) {
    __m512bh first = (__m512bh)_mm512_loadu_si512(panel + p * CK_WIDE * 2);
    __m512bh second = (__m512bh)_mm512_loadu_si512(panel + p * CK_WIDE * 2 + CK_WIDE);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      int pair;
      memcpy(&pair, x + i * stride + 2 * p, sizeof pair);
      __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
      sums[i][0] = _mm512_dpbf16_ps(sums[i][0], both, first);
      sums[i][1] = _mm512_dpbf16_ps(sums[i][1], both, second);
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    _mm512_storeu_ps(out + i * CK_WIDE, sums[i][0]);
    _mm512_storeu_ps(out + i * CK_WIDE + 16, sums[i][1]);
  }
}

NATIVE void ck_tile_bf16_native(size_t rows, size_t pairs, const uint16_t *x, size_t stride, const uint16_t *panel,
                                int adds, float *out) {
#define CASE(rows) case rows: tile_rows(rows, pairs, x, stride, panel, adds, out); break;
  switch (rows) {
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11)
    default: tile_rows(CK_TILE, pairs, x, stride, panel, adds, out);
  }
}

int ck_bf16_is_native(void) {
  __builtin_cpu_init();
  // Where another set was chosen, as tests do, this one is not used either.
  return strcmp(ck_instruction_set(), "AVX-512") == 0 && __builtin_cpu_supports("avx512bf16");
}

// Products of pairs a second, beside fused multiply-adds in f32, as measured: AMD's Zen 4 twice as many, Intel's Xeon of 2023
// (Emerald Rapids) half as many.
int ck_bf16_is_fast(void) { return ck_bf16_is_native() && __builtin_cpu_is("amd"); }
#elif !defined(__aarch64__)  // which bf16_neon.c is for
int ck_bf16_is_native(void) { return 0; }
int ck_bf16_is_fast(void) { return 0; }
#endif

int ck_bf16_in_pairs(void) { return ck_bf16_is_fast() || ck_bf16_asks_for_pairs(); }
