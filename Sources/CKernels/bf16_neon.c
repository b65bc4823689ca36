#include "packed.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#include "processor_neon.h"

#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)
#define INLINE static inline __attribute__((always_inline))

// 16 of 32 registers hold the sums of 4 rows and 16 outputs.
enum { ROWS = 4, QUADS = 4 };

INLINE bfloat16x8_t halves_at(const uint16_t *p) { return vreinterpretq_bf16_u16(vld1q_u16(p)); }

/// Adds the products of one pair of inputs: the pair `lane` in each row's register.
#define ADD_PAIR(lane)                                                                                       \
  do {                                                                                                       \
    bfloat16x8_t w[QUADS];                                                                                   \
    _Pragma("clang loop unroll(full)") for (size_t q = 0; q < QUADS; q++) w[q] = halves_at(panel + 8 * q);    \
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++)                                     \
        _Pragma("clang loop unroll(full)") for (size_t q = 0; q < QUADS; q++)                                \
            sums[i][q] = vbfdotq_laneq_f32(sums[i][q], w[q], of_x[i], lane);                                  \
    panel += 2 * CK_WIDE;                                                                                    \
  } while (0)

/// Half of a panel. `rows` is a constant at every call: sums stay in registers.
INLINE void tile_half(const size_t rows, size_t pairs, const uint16_t *x, size_t stride, const uint16_t *panel, int adds,
                      float *out) {
  float32x4_t sums[ROWS][QUADS];
  bfloat16x8_t of_x[ROWS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t q = 0; q < QUADS; q++) sums[i][q] = adds ? vld1q_f32(out + i * CK_WIDE + 4 * q) : vdupq_n_f32(0);
  size_t p = 0;
  for (; p + 4 <= pairs; p += 4) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) of_x[i] = halves_at(x + i * stride + 2 * p);
    ADD_PAIR(0);
    ADD_PAIR(1);
    ADD_PAIR(2);
    ADD_PAIR(3);
  }
  for (; p < pairs; p++) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      uint32_t pair;
      memcpy(&pair, x + i * stride + 2 * p, sizeof pair);
      of_x[i] = vreinterpretq_bf16_u32(vdupq_n_u32(pair));
    }
    ADD_PAIR(0);
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t q = 0; q < QUADS; q++) vst1q_f32(out + i * CK_WIDE + 4 * q, sums[i][q]);
}

void ck_tile_bf16_native(size_t rows, size_t pairs, const uint16_t *x, size_t stride, const uint16_t *panel, int adds,
                         float *out) {
  for (size_t row = 0; row < rows; row += ROWS, x += ROWS * stride, out += ROWS * CK_WIDE)
    for (size_t half = 0; half < 2; half++) {
#define CASE(rows) case rows: tile_half(rows, pairs, x, stride, panel + half * CK_WIDE, adds, out + half * CK_WIDE / 2); break;
      switch (rows - row) {
        CASE(1) CASE(2) CASE(3)
        default: tile_half(ROWS, pairs, x, stride, panel + half * CK_WIDE, adds, out + half * CK_WIDE / 2);
      }
#undef CASE
    }
}

#pragma clang attribute pop

int ck_bf16_is_native(void) {
  // Where another set was chosen, as tests do, this one is not used either.
  return strcmp(ck_instruction_set(), ck_table_neon.name) == 0 && (ck_neon_features() & CK_NEON_BF16);
}

// An instruction holds twice the products of a fused multiply-add in f32, and takes no longer by Arm's guides to its
// Neoverse processors. Not measured.
int ck_bf16_is_fast(void) { return ck_bf16_is_native(); }
#else
typedef int ck_no_neon_bf16;
#endif
