#pragma once
// Kernels over 8-bit codes: written for AVX-512 VNNI, AVX2 and NEON and in plain C, chosen once for this processor.
#include <stddef.h>
#include <stdint.h>

#include "table.h"

enum { CK_INT8_FEW = 8 };

/// Rows in 8 bits: `x[row, i] ≈ scales[row, i / block] * codes[row, i]`.
typedef struct {
  const int8_t *codes;
  size_t stride;  // bytes from row to row
  const float *scales, *sums;  // [rows, blocks]; a sum is the scale times the sum of the block's codes
  size_t blocks;
} ck_int8_rows;

/// The rows from `row` on.
static inline ck_int8_rows ck_rows_from(const ck_int8_rows *x, size_t row) {
  return (ck_int8_rows){x->codes + row * x->stride, x->stride, x->scales + row * x->blocks, x->sums + row * x->blocks,
                        x->blocks};
}

/// Six bits each of eight scales and eight minima in 12 bytes, as blocks of q4_K and q5_K have them.
static inline void ck_scales_of_K(const uint8_t *p, float scale, float minimum, float *scales, float *minima) {
  for (int i = 0; i < 4; i++) {
    scales[i] = scale * (float)(p[i] & 63);
    scales[i + 4] = scale * (float)((p[i + 8] & 15) | (p[i] >> 6) << 4);
    minima[i] = -minimum * (float)(p[i + 4] & 63);
    minima[i + 4] = -minimum * (float)((p[i + 8] >> 4) | (p[i + 4] >> 6) << 4);
  }
}

/// One panel of a packed matrix: codes `[k / 4, CK_WIDE, 4]`, scales and minima `[blocks, CK_WIDE]`.
typedef struct {
  const uint8_t *codes;
  const float *scales, *minima;  // of a compact panel halves, to be cast
  int bits;                      // that codes have at most
  int compact;
} ck_int8_panel;

typedef struct {
  const char *name;
  int takes_compact;  // panels, in groups of 32
  /// `out[r + i * stride_out] = row r · x[i]` for stored rows, `row_bytes` apart, and `m` rows of x, at most CK_INT8_FEW.
  /// `type` is block-quantised; the blocks of x are its groups (`ck_code_group`).
  void (*dots)(int type, size_t columns, size_t rows, const void *data, size_t row_bytes, size_t m,
               const ck_int8_rows *x, float *out, size_t stride_out);
  /// As `ck_split_row`.
  void (*split)(int type, size_t columns, const void *row, uint8_t *codes, float *scales, float *minima);
  /// `out[i, 0 ..< CK_WIDE] = panel · x[i]` for any number of rows. `group` is the number of columns that share a
  /// scale: 16 or 32, or all of the `k` there are. `k` is a multiple of 4.
  void (*tile)(size_t rows, size_t k, size_t group, const ck_int8_rows *x, const ck_int8_panel *panel, float *out);
} ck_int8_table;

extern const ck_int8_table ck_int8_portable;
#if defined(__x86_64__)
extern const ck_int8_table ck_int8_avx2, ck_int8_vnni;
#elif defined(__aarch64__)
extern const ck_int8_table ck_int8_neon, ck_int8_sdot;
#endif

const ck_int8_table *ck_int8_kernels(void);
