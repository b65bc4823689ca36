#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "table.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A block of B (CHUNK rows of 32 columns: 64 KB) stays in the second-level cache while all rows of A pass by.
enum { BLOCK = 32, TILE = 12, CHUNK = 1024 };

static size_t pairs_of(size_t k) { return (k + 1) / 2; }

size_t ck_bf16_packed_size(size_t k, size_t n) {
  return (n + BLOCK - 1) / BLOCK * pairs_of(k) * BLOCK * 2 * sizeof(uint16_t);
}

static uint16_t rounded(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float widened(uint16_t half) {
  uint32_t bits = (uint32_t)half << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

typedef struct {
  size_t k, n, stride;
  const float *b;
  int transposed;
  uint16_t *packed;
} packing;

static void pack_part(void *context, size_t begin, size_t end) {
  const packing *p = context;
  size_t pairs = pairs_of(p->k);
  for (size_t block = begin; block < end; block++) {
    uint16_t *out = p->packed + block * pairs * BLOCK * 2;
    for (size_t row = 0; row < 2 * pairs; row++)
      for (size_t c = 0; c < BLOCK; c++) {
        size_t column = block * BLOCK + c;
        int inside = row < p->k && column < p->n;
        size_t place = p->transposed ? column * p->stride + row : row * p->stride + column;
        out[(row / 2 * BLOCK + c) * 2 + row % 2] = inside ? rounded(p->b[place]) : 0;
      }
  }
}

void ck_bf16_pack(size_t k, size_t n, const float *b, size_t stride, int transposed, void *packed) {
  packing p = {k, n, stride, b, transposed, packed};
  ck_parallel_for((n + BLOCK - 1) / BLOCK, 1, pack_part, &p);
}

typedef struct {
  size_t columns;
  const float *x;
  uint16_t *out;
} rounding;

static void round_part(void *context, size_t begin, size_t end) {
  const rounding *r = context;
  size_t stride = 2 * pairs_of(r->columns);
  for (size_t row = begin; row < end; row++) {
    const float *x = r->x + row * r->columns;
    uint16_t *out = r->out + row * stride;
    for (size_t i = 0; i < r->columns; i++) out[i] = rounded(x[i]);
    if (stride > r->columns) out[r->columns] = 0;
  }
}

void ck_bf16_round_rows(size_t rows, size_t columns, const float *x, uint16_t *out) {
  rounding r = {columns, x, out};
  ck_parallel_for(rows, 16384 / (columns + 1) + 1, round_part, &r);
}

typedef struct {
  size_t m, n, k, stride_a, stride_out;
  const uint16_t *a, *packed;
  float *out;
  int accumulate;
} product;

#if defined(__x86_64__)
#define NATIVE __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

// `rows` is a constant at every call: sums stay in registers, 2 for each row.
static inline __attribute__((always_inline)) NATIVE void tile(const size_t rows, size_t pairs, const uint16_t *a,
                                                              size_t stride_a, const uint16_t *b, float *out,
                                                              size_t stride_out, __mmask16 first, __mmask16 second,
                                                              int accumulate) {
  __m512 sums[TILE][2];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    sums[i][0] = accumulate ? _mm512_maskz_loadu_ps(first, out + i * stride_out) : _mm512_setzero_ps();
    sums[i][1] = accumulate ? _mm512_maskz_loadu_ps(second, out + i * stride_out + 16) : _mm512_setzero_ps();
  }
  for (size_t p = 0; p < pairs; p++) {
    __m512bh b0 = (__m512bh)_mm512_loadu_si512(b + p * BLOCK * 2);
    __m512bh b1 = (__m512bh)_mm512_loadu_si512(b + p * BLOCK * 2 + BLOCK);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      int pair;
      memcpy(&pair, a + i * stride_a + 2 * p, sizeof pair);
      __m512bh x = (__m512bh)_mm512_set1_epi32(pair);
      sums[i][0] = _mm512_dpbf16_ps(sums[i][0], x, b0);
      sums[i][1] = _mm512_dpbf16_ps(sums[i][1], x, b1);
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    _mm512_mask_storeu_ps(out + i * stride_out, first, sums[i][0]);
    _mm512_mask_storeu_ps(out + i * stride_out + 16, second, sums[i][1]);
  }
}

static __mmask16 mask_of(size_t columns) { return columns >= 16 ? 0xffff : (__mmask16)((1u << columns) - 1); }

static NATIVE void multiply_native(void *context, size_t begin, size_t end) {
  const product *p = context;
  size_t pairs = pairs_of(p->k);
  for (size_t start = 0; start < pairs || start == 0; start += CHUNK / 2) {
    size_t count = pairs - start < CHUNK / 2 ? pairs - start : CHUNK / 2;
    int accumulate = p->accumulate || start > 0;
    for (size_t block = begin; block < end; block++) {
      const uint16_t *b = p->packed + (block * pairs + start) * BLOCK * 2;
      size_t column = block * BLOCK, rest = p->n - column;
      __mmask16 first = mask_of(rest), second = mask_of(rest > 16 ? rest - 16 : 0);
      for (size_t row = 0; row < p->m; row += TILE) {
        const uint16_t *a = p->a + row * p->stride_a + 2 * start;
        float *out = p->out + row * p->stride_out + column;
#define CASE(rows) \
  case rows: tile(rows, count, a, p->stride_a, b, out, p->stride_out, first, second, accumulate); break;
        switch (p->m - row) {
          CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11)
          default: tile(TILE, count, a, p->stride_a, b, out, p->stride_out, first, second, accumulate);
        }
      }
    }
  }
}

int ck_bf16_is_native(void) {
  __builtin_cpu_init();
  // Where another set was chosen, as tests do, this one is not used either.
  return strcmp(ck_instruction_set(), "AVX-512") == 0 && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl");
}
#else
int ck_bf16_is_native(void) { return 0; }
#endif

/// The same numbers in f32: exact products, sums in another order.
static void multiply_widened(void *context, size_t begin, size_t end) {
  const product *p = context;
  size_t pairs = pairs_of(p->k);
  float *b = malloc((2 * pairs * BLOCK + 2 * pairs * TILE) * sizeof(float) + 1);
  if (!b) abort();
  float *a = b + 2 * pairs * BLOCK;
  for (size_t block = begin; block < end; block++) {
    const uint16_t *packed = p->packed + block * pairs * BLOCK * 2;
    for (size_t row = 0; row < 2 * pairs; row++)
      for (size_t c = 0; c < BLOCK; c++) b[row * BLOCK + c] = widened(packed[(row / 2 * BLOCK + c) * 2 + row % 2]);
    size_t column = block * BLOCK, columns = p->n - column < BLOCK ? p->n - column : BLOCK;
    for (size_t row = 0; row < p->m; row += TILE) {
      size_t rows = p->m - row < TILE ? p->m - row : TILE;
      for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < p->k; j++) a[i * p->k + j] = widened(p->a[(row + i) * p->stride_a + j]);
      ck_gemm_nn_serial(rows, columns, p->k, a, p->k, b, BLOCK, p->out + row * p->stride_out + column, p->stride_out,
                        p->accumulate);
    }
  }
  free(b);
}

void ck_bf16_gemm(size_t m, size_t n, size_t k, const uint16_t *a, size_t stride_a, const void *packed, float *out,
                  size_t stride_out, int accumulate) {
  if (m == 0 || n == 0) return;
  product p = {m, n, k, stride_a, stride_out, a, packed, out, accumulate};
  ck_task task = multiply_widened;
#if defined(__x86_64__)
  if (ck_bf16_is_native()) task = multiply_native;
#endif
  ck_parallel_for((n + BLOCK - 1) / BLOCK, 100000 / (m * k * BLOCK + 1) + 1, task, &p);
}
