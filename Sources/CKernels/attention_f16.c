// Attention in halves (IEEE binary16), by the instructions of AVX-512 FP16: 32 numbers at once where f32 has 16. Scores,
// probabilities and sums of 64 products of values are halves; sums of more, and of probabilities, go on in f32.
#include "packed.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#define F16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512fp16")))
#define INLINE static inline __attribute__((always_inline)) F16

// HALVES fill a register. Sums of SHORT products are exact enough as halves.
enum { HALVES = 32, PANEL = 2 * HALVES, SHORT = 64 };

int ck_f16_is_fast(void) {
  __builtin_cpu_init();
  // Where another set was chosen, as tests do, this one is not used either.
  return strcmp(ck_instruction_set(), "AVX-512") == 0 && __builtin_cpu_supports("avx512fp16");
}

static size_t filled(size_t count) { return (count + PANEL - 1) / PANEL * PANEL; }

INLINE __m256i rounded(const float *x, size_t count, float factor) {
  __mmask16 mask = count < 16 ? (__mmask16)((1u << count) - 1) : 0xffff;
  return _mm512_cvtps_ph(_mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x), _mm512_set1_ps(factor)), _MM_FROUND_TO_NEAREST_INT);
}

/// Each half twice: what is broadcast as 32 bits comes with the load.
INLINE void store_twice(uint32_t *out, __m256i halves) {
  __m512i wide = _mm512_cvtepu16_epi32(halves);
  _mm512_storeu_si512(out, _mm512_or_si512(wide, _mm512_slli_epi32(wide, 16)));
}

/// Rows as halves, filled up with zeros to `width`.
INLINE void round_rows(size_t rows, size_t count, size_t width, const float *x, size_t stride, uint16_t *out) {
  for (size_t row = 0; row < rows; row++, x += stride, out += width)
    for (size_t i = 0; i < width; i += 16)
      _mm256_storeu_si256((__m256i *)(out + i), rounded(x + i, i < count ? count - i : 0, 1));
}

/// `sums[i] = sum over j of x[i, j] y[j]` for a panel of columns. `rows` is a constant at every call.
INLINE void multiply(const size_t rows, size_t k, const uint32_t *x, size_t stride_x, const uint16_t *y, size_t stride_y,
                     __m512h sums[CK_TILE][2]) {
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) sums[i][0] = sums[i][1] = _mm512_setzero_ph();
  for (size_t j = 0; j < k; j++, x++, y += stride_y) {
    __m512h first = _mm512_loadu_ph(y), second = _mm512_loadu_ph(y + HALVES);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      __m512h number = (__m512h)_mm512_set1_epi32((int)x[i * stride_x]);
      sums[i][0] = _mm512_fmadd_ph(number, first, sums[i][0]);
      sums[i][1] = _mm512_fmadd_ph(number, second, sums[i][1]);
    }
  }
}

/// Scores of `rows` queries with all keys.
INLINE void scores_of(const size_t rows, size_t n, size_t d, const uint32_t *queries, const uint16_t *keys, uint16_t *scores) {
  for (size_t c = 0; c < n; c += PANEL) {
    __m512h sums[CK_TILE][2];
    multiply(rows, d, queries, d, keys + c, n, sums);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      _mm512_storeu_ph(scores + i * n + c, sums[i][0]);
      _mm512_storeu_ph(scores + i * n + c + HALVES, sums[i][1]);
    }
  }
}

/// Sums of values by probabilities, times `factors`.
INLINE void values_of(const size_t rows, size_t n, size_t d, const uint32_t *p, size_t stride_p, const uint16_t *values,
                      const float *factors, float *out, size_t stride_out, size_t columns) {
  for (size_t c = 0; c < d; c += PANEL) {
    __m512 totals[CK_TILE][4];
    for (size_t from = 0; from < n; from += SHORT) {
      __m512h sums[CK_TILE][2];
      multiply(rows, n - from < SHORT ? n - from : SHORT, p + from, stride_p, values + from * d + c, d, sums);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (size_t part = 0; part < 4; part++) {
          __m512i both = (__m512i)sums[i][part / 2];
          __m512 wide = _mm512_cvtph_ps(part % 2 ? _mm512_extracti64x4_epi64(both, 1) : _mm512_castsi512_si256(both));
          totals[i][part] = from ? _mm512_add_ps(totals[i][part], wide) : wide;
        }
    }
    for (size_t i = 0; i < rows; i++)
      for (size_t part = 0; part < 4 && c + 16 * part < columns; part++) {
        size_t left = columns - c - 16 * part;
        __mmask16 mask = left < 16 ? (__mmask16)((1u << left) - 1) : 0xffff;
        _mm512_mask_storeu_ps(out + i * stride_out + c + 16 * part, mask,
                              _mm512_mul_ps(totals[i][part], _mm512_set1_ps(factors[i])));
      }
  }
}

/// 2^x for x in [-24, 0]: 2^n 2^f, |f| <= 1/2, by a polynomial that is off by 1e-4.
INLINE __m512h power_of_two(__m512h x) {
  __m512h n = _mm512_roundscale_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), f = _mm512_sub_ph(x, n);
  __m512h y = _mm512_fmadd_ph(f, _mm512_set1_ph((_Float16)0.0558016f), _mm512_set1_ph((_Float16)0.2426400f));
  y = _mm512_fmadd_ph(y, f, _mm512_set1_ph((_Float16)0.6931256f));
  y = _mm512_fmadd_ph(y, f, _mm512_set1_ph((_Float16)0.9999289f));
  return _mm512_scalef_ph(y, n);
}

/// Scores, of base 2, become what is proportional to probabilities, each twice. Returns the reciprocal of their sum.
INLINE float probabilities_of(size_t n, size_t filled, uint16_t *scores, uint32_t *p) {
  const uint16_t lowest = 0xfbff;  // -65504
  for (size_t i = n; i < filled; i++) scores[i] = lowest;
  __m512h top = _mm512_loadu_ph(scores);
  for (size_t i = HALVES; i < filled; i += HALVES) top = _mm512_max_ph(top, _mm512_loadu_ph(scores + i));
  top = _mm512_set1_ph(_mm512_reduce_max_ph(top));
  __m512 total = _mm512_setzero_ps();
  for (size_t i = 0; i < filled; i += HALVES) {
    __m512h x = _mm512_max_ph(_mm512_sub_ph(_mm512_loadu_ph(scores + i), top), _mm512_set1_ph((_Float16)-24.0f));
    __m512i y = (__m512i)power_of_two(x);
    if (i + HALVES > n) y = _mm512_maskz_mov_epi16(n > i ? (__mmask32)((1ull << (n - i)) - 1) : 0, y);
    __m256i low = _mm512_castsi512_si256(y), high = _mm512_extracti64x4_epi64(y, 1);
    total = _mm512_add_ps(total, _mm512_add_ps(_mm512_cvtph_ps(low), _mm512_cvtph_ps(high)));
    store_twice(p + i, low);
    store_twice(p + i + 16, high);
  }
  return 1 / _mm512_reduce_add_ps(total);
}

F16 static void attend_rows(size_t rows, const ck_attention_layout *l, size_t n, size_t d, const uint32_t *queries,
                            const uint16_t *keys, const uint16_t *values, uint16_t *scores, uint32_t *p, float *out) {
  float factors[CK_TILE];
#define CASE(count) case count: scores_of(count, n, l->d, queries, keys, scores); break;
  switch (rows) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) }
#undef CASE
  for (size_t i = 0; i < rows; i++) factors[i] = probabilities_of(l->n, n, scores + i * n, p + i * n);
#define CASE(count) \
  case count: values_of(count, l->n, d, p, n, values, factors, out, l->stride_out, l->d); break;
  switch (rows) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) }
#undef CASE
}

// A score beyond what a half holds is infinite; it is then taken for the lowest one, and no sum is ever infinite or NaN.
F16 void ck_attend_f16(const ck_attention_layout *l, const float *q, const float *k, const float *v, float *out) {
  size_t n = filled(l->n), d = filled(l->d), bytes = 0;
#define PART(name, type, count) size_t name = bytes; bytes += (count) * sizeof(type)
  PART(at_turned, float, l->d * n);
  PART(at_queries, uint32_t, CK_TILE * l->d + 16);
  PART(at_p, uint32_t, CK_TILE * n);
  PART(at_keys, uint16_t, l->d * n);
  PART(at_values, uint16_t, l->n * d);
  PART(at_scores, uint16_t, CK_TILE * n);
#undef PART
  uint8_t *memory = ck_take(bytes);
  uint16_t *keys = (uint16_t *)(memory + at_keys), *values = (uint16_t *)(memory + at_values);
  uint32_t *queries = (uint32_t *)(memory + at_queries);
  ck_kernels()->transpose(l->n, l->d, k, l->stride_k, (float *)memory + at_turned, n);
  round_rows(l->d, l->n, n, (float *)memory + at_turned, n, keys);
  round_rows(l->n, l->d, d, v, l->stride_v, values);
  float scale = 1.44269504f / sqrtf((float)l->d);
  size_t tiles = (l->m + CK_TILE - 1) / CK_TILE, height = (l->m + tiles - 1) / tiles;
  for (size_t row = 0; row < l->m; row += height) {
    size_t rows = l->m - row < height ? l->m - row : height;
    for (size_t i = 0; i < rows; i++)
      for (size_t c = 0; c < l->d; c += 16)
        store_twice(queries + i * l->d + c, rounded(q + (row + i) * l->stride_q + c, l->d - c, scale));
    attend_rows(rows, l, n, d, queries, keys, values, (uint16_t *)(memory + at_scores), (uint32_t *)(memory + at_p),
                out + row * l->stride_out);
  }
  ck_give(memory);
}
#else
int ck_f16_is_fast(void) { return 0; }

void ck_attend_f16(const ck_attention_layout *l, const float *q, const float *k, const float *v, float *out) {
  (void)l, (void)q, (void)k, (void)v, (void)out;
}
#endif
