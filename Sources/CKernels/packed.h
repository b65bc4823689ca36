#pragma once
// What the kernels of packed products share. Panels of CK_WIDE outputs lie one behind the other:
//   f32   [k, 32]
//   bf16  [k, 32]; compact ones [pairs of k, 32, 2], where the processor multiplies pairs
//   int8  codes [k / 4, 32, 4], scales [groups, 32], minima [groups, 32]; compact ones have scales and minima as halves, and
//         codes of 4 bits as [k / 8, 32, 4], those of four columns in the lower halves and of the next four in the upper ones
// Outputs and inputs are filled up with zeros.
#include "CKernels.h"
#include "int8.h"
#include "scratch.h"
#include "table.h"

static inline size_t ck_panels(const ck_packed *p) { return (p->n + CK_WIDE - 1) / CK_WIDE; }

/// Inputs of 8 bits come in fours.
static inline size_t ck_filled(size_t k) { return (k + 3) / 4 * 4; }

static inline size_t ck_groups(const ck_packed *p) { return p->group ? p->k / p->group : 1; }

static inline size_t ck_bytes_of_codes(const ck_packed *p) {
  return ck_filled(p->k) * CK_WIDE / (p->compact && p->bits == 4 ? 2 : 1);
}

static inline size_t ck_bytes_of_scale(const ck_packed *p) { return p->compact ? sizeof(uint16_t) : sizeof(float); }

static inline size_t ck_panel_bytes(const ck_packed *p) {
  switch (p->precision) {
    case CK_PRECISION_F32: return p->k * CK_WIDE * sizeof(float);
    case CK_PRECISION_BF16: return (p->k + 1) / 2 * CK_WIDE * 2 * sizeof(uint16_t);
    default: return ck_bytes_of_codes(p) + 2 * ck_groups(p) * CK_WIDE * ck_bytes_of_scale(p);
  }
}

/// Where the parts of panel `index` of codes lie.
static inline ck_int8_panel ck_panel_of_codes(const ck_packed *p, const void *data, size_t index) {
  const uint8_t *codes = (const uint8_t *)data + index * ck_panel_bytes(p);
  const uint8_t *scales = codes + ck_bytes_of_codes(p);
  const uint8_t *minima = scales + ck_groups(p) * CK_WIDE * ck_bytes_of_scale(p);
  return (ck_int8_panel){codes, (const float *)scales, (const float *)minima, p->bits, p->compact};
}

/// What multiplies a packed matrix of codes. A compact one was made by a processor that takes such, whatever set tests may have
/// chosen meanwhile.
const ck_int8_table *ck_kernels_of_codes(const ck_packed *p);

/// Whether bfloat16 is multiplied in pairs, by the processor's own instruction.
int ck_bf16_in_pairs(void);

/// Whether this was asked for by the name of an instruction set, be it fast or not.
int ck_bf16_asks_for_pairs(void);

/// Attention of one head, whose queries, keys, values and results begin at the pointers, in halves; where they are fast.
void ck_attend_f16(const ck_attention_layout *layout, const float *q, const float *k, const float *v, float *out);

/// Bytes of scratch for `ck_pack_panel_of_codes`.
static inline size_t ck_codes_scratch(const ck_packed *p) { return 4 * p->k + 8 * ck_groups(p) * sizeof(float); }

/// Fills panel `index` of a stored matrix in its own codes.
void ck_pack_panel_of_codes(const ck_packed *shape, const ck_matrix *matrix, size_t index, const ck_int8_panel *panel,
                            uint8_t *scratch);

/// Rows in 8 bits and their memory, which is given back with `ck_give`.
typedef struct {
  ck_int8_rows rows;
  void *memory;
} ck_rounded_rows;

/// Rounds `x` `[m, k]` in blocks of `group` columns, 0 for whole rows, each filled up to a multiple of 4.
ck_rounded_rows ck_round_int8(size_t m, size_t k, size_t group, const float *x, size_t stride);

/// A product, or a part of one, with one matrix.
typedef struct {
  size_t m;
  const float *x;
  size_t stride_x;
  const uint16_t *halves;  // rows in bf16, where the processor multiplies pairs; elsewhere x is rounded
  ck_int8_rows codes;
  const ck_packed *matrix;
  size_t panel_stride;  // in floats, where a matrix in f32 is read as it lies, [k, n]; 0 where it is packed
  const ck_epilogue *epilogue;
  float factor;  // of the product
  size_t first;  // output of this matrix among those of all
  float *out;
  size_t stride_out;
} ck_product;

/// Rows of one task: whole tiles.
enum { CK_ROWS = 22 * CK_TILE };

/// At most CK_ROWS rows meet panel `index`.
void ck_multiply_panel(const ck_product *product, size_t index, size_t first_row, size_t rows);

/// All rows and panels of products that have the rows in common, shared among the pool's threads.
void ck_multiply_panels(size_t count, const ck_product *products);

#if defined(__x86_64__) || defined(__aarch64__)
void ck_tile_bf16_native(size_t rows, size_t pairs, const uint16_t *x, size_t stride, const uint16_t *panel,
                         int adds, float *out);
#endif
