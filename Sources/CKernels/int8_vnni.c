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

// Rows of a tile, and bytes of codes that meet all rows before the next ones do.
enum { BLOCK_ROWS = 6, PART = 16 << 10 };

/// Memory that the next panel will need: each block of a tile asks for some lines, so that products and memory go on side by
/// side. With few rows the speed of memory is the limit.
typedef struct {
  const uint8_t *from;
  size_t lines;  // a block
} memory_ahead;

INLINE void ask_for(const uint8_t *line) { _mm_prefetch((const char *)line, _MM_HINT_T1); }

/// `steps` times four columns share a scale: sums of a block stay integers in 12 registers, those of all blocks are in 12
/// others. `rows`, at most BLOCK_ROWS, and `steps` are constants at every call.
INLINE void tile_blocks(const size_t rows, const size_t steps, int adds, size_t blocks, const ck_int8_rows *x,
                        const ck_int8_panel *panel, memory_ahead ahead, float *out) {
  __m512 sums[BLOCK_ROWS][2];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    sums[i][0] = adds ? _mm512_loadu_ps(out + i * CK_WIDE) : _mm512_setzero_ps();
    sums[i][1] = adds ? _mm512_loadu_ps(out + i * CK_WIDE + 16) : _mm512_setzero_ps();
  }
  const uint8_t *codes = panel->codes;
  for (size_t b = 0; b < blocks; b++) {
    for (size_t line = 0; line < ahead.lines; line++, ahead.from += 64) ask_for(ahead.from);
    __m512i products[BLOCK_ROWS][2];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) products[i][0] = products[i][1] = _mm512_setzero_si512();
#pragma clang loop unroll(full)
    for (size_t s = 0; s < steps; s++, codes += 4 * CK_WIDE) {
      __m512i first = _mm512_loadu_si512(codes), second = _mm512_loadu_si512(codes + 64);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++) {
        __m512i four = four_at(x->codes + i * x->stride + (b * steps + s) * 4);
        products[i][0] = _mm512_dpbusd_epi32(products[i][0], first, four);
        products[i][1] = _mm512_dpbusd_epi32(products[i][1], second, four);
      }
    }
#pragma clang loop unroll(full)
    for (size_t half = 0; half < 2; half++) {
      __m512 scale = _mm512_loadu_ps(panel->scales + b * CK_WIDE + 16 * half);
      __m512 minimum = _mm512_loadu_ps(panel->minima + b * CK_WIDE + 16 * half);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++) {
        __m512 scaled = _mm512_mul_ps(scale, _mm512_set1_ps(x->scales[i * x->blocks + b]));
        sums[i][half] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[i][half]), scaled, sums[i][half]);
        sums[i][half] = _mm512_fmadd_ps(minimum, _mm512_set1_ps(x->sums[i * x->blocks + b]), sums[i][half]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
    _mm512_storeu_ps(out + i * CK_WIDE, sums[i][0]);
    _mm512_storeu_ps(out + i * CK_WIDE + 16, sums[i][1]);
  }
}

/// A part of a compact panel as tiles take it.
typedef struct {
  uint8_t codes[PART];
  float scales[PART / 32], minima[PART / 32];
} __attribute__((aligned(64))) unpacked_part;

INLINE void unpack_halves(size_t count, const uint16_t *halves, size_t ahead, float *out) {
  for (size_t i = 0; i < count; i += 32) {
    ask_for((const uint8_t *)(halves + i) + ahead);
    _mm512_store_ps(out + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(halves + i))));
    _mm512_store_ps(out + i + 16, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(halves + i + 16))));
  }
}

/// Blocks of 32 columns, from `first` on. The same ones of the next panel lie `ahead` bytes further.
static ck_int8_panel unpack_part(const ck_int8_panel *panel, size_t first, size_t blocks, size_t ahead, unpacked_part *part) {
  size_t bytes = blocks * 32 * CK_WIDE;
  if (panel->bits == 4) {
    const uint8_t *pairs = panel->codes + first * 16 * CK_WIDE;
    const __m512i low = _mm512_set1_epi8(15);
    // Four columns of all outputs are two registers.
    for (uint8_t *out = part->codes; out < part->codes + bytes; out += 256, pairs += 128) {
      __m512i a = _mm512_loadu_si512(pairs), b = _mm512_loadu_si512(pairs + 64);
      _mm512_store_si512(out, _mm512_and_si512(a, low));
      _mm512_store_si512(out + 64, _mm512_and_si512(b, low));
      _mm512_store_si512(out + 128, _mm512_and_si512(_mm512_srli_epi16(a, 4), low));
      _mm512_store_si512(out + 192, _mm512_and_si512(_mm512_srli_epi16(b, 4), low));
    }
  }
  const uint8_t *codes = panel->bits == 4 ? part->codes : panel->codes + first * 32 * CK_WIDE;
  unpack_halves(blocks * CK_WIDE, (const uint16_t *)panel->scales + first * CK_WIDE, ahead, part->scales);
  unpack_halves(blocks * CK_WIDE, (const uint16_t *)panel->minima + first * CK_WIDE, ahead, part->minima);
  return (ck_int8_panel){codes, part->scales, part->minima, panel->bits, 0};
}

/// Parts of a panel that stay in the first-level cache, 20 KB, meet all rows, which tiles share as evenly as can be.
INLINE void tile_rows_of_blocks(size_t rows, const size_t steps, size_t blocks, const ck_int8_rows *x,
                                const ck_int8_panel *panel, float *out) {
  const size_t largest = PART / (4 * CK_WIDE) / steps;
  size_t parts = (blocks + largest - 1) / largest, most = parts ? (blocks + parts - 1) / parts : 1;
  size_t tiles = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS, height = (rows + tiles - 1) / tiles;
  // Compact panels come from memory, one after the other; the others were just made.
  size_t bytes = panel->compact ? CK_WIDE * 32 * (size_t)(panel->bits == 4 ? 4 : 8) / 8 : 0;  // of a block's codes
  size_t next = blocks * (bytes + 2 * CK_WIDE * sizeof(uint16_t));
  memory_ahead ahead = {panel->codes + next, (bytes / 64 + tiles - 1) / tiles};
  unpacked_part unpacked;
  for (size_t first = 0; first < blocks; first += most) {
    size_t count = blocks - first < most ? blocks - first : most;
    ck_int8_panel part = {panel->codes + first * steps * 4 * CK_WIDE, panel->scales + first * CK_WIDE,
                          panel->minima + first * CK_WIDE, panel->bits, 0};
    if (panel->compact) part = unpack_part(panel, first, count, next, &unpacked);
    ahead.from = panel->codes + next + first * bytes;
    for (size_t row = 0; row < rows; row += height, ahead.from += count * ahead.lines * 64) {
      ck_int8_rows some = {x->codes + row * x->stride + first * steps * 4, x->stride, x->scales + row * x->blocks + first,
                           x->sums + row * x->blocks + first, x->blocks};
#define CASE(n) case n: tile_blocks(n, steps, first > 0, count, &some, &part, ahead, out + row * CK_WIDE); break;
      switch (rows - row < height ? rows - row : height) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) }
#undef CASE
    }
  }
}

static void tile(size_t rows, size_t k, size_t group, const ck_int8_rows *x, const ck_int8_panel *panel, float *out) {
  if (group == 32) return tile_rows_of_blocks(rows, 8, k / 32, x, panel, out);
  if (group == 16) return tile_rows_of_blocks(rows, 4, k / 16, x, panel, out);
  size_t tiles = (rows + CK_TILE - 1) / CK_TILE, height = (rows + tiles - 1) / tiles;
  for (size_t row = 0; row < rows; row += height) {
    ck_int8_rows some = ck_rows_from(x, row);
#define CASE(n) case n: tile_whole(n, k, &some, panel, out + row * CK_WIDE); break;
    switch (rows - row < height ? rows - row : height) {
      CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11)
      default: tile_whole(CK_TILE, k, &some, panel, out + row * CK_WIDE);
    }
#undef CASE
  }
}

#pragma clang attribute pop

const ck_int8_table ck_int8_vnni = {"AVX-512 VNNI", 1, dots, split, tile};
#else
typedef int ck_no_vnni;
#endif
