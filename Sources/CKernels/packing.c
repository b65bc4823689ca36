// How matrices become panels.
#include <string.h>

#include "packed.h"

// Rows that are unpacked or rounded before they are laid out.
enum { FOUR = 4 };

size_t ck_packed_size(const ck_packed *shape) { return ck_panels(shape) * ck_panel_bytes(shape); }

ck_packed ck_packed_floats(int precision, size_t n, size_t k) {
  int pairs = precision == CK_PRECISION_BF16 && ck_bf16_in_pairs();
  return (ck_packed){precision, n, k, 0, precision == CK_PRECISION_INT8 ? 8 : 0, pairs, NULL};
}

typedef struct {
  const ck_packed *shape;
  const float *w;
  size_t stride;
  int transposed;
  const ck_matrix *matrix;
  uint8_t *data;
} packing;

/// Row `output` of the matrix, `[k]`, as it lies, or unpacked, or gathered.
static const float *row_of(const packing *p, size_t output, float *scratch) {
  if (p->matrix) {
    ck_unpack_row(p->matrix->type, (const uint8_t *)p->matrix->data + output * p->matrix->row_bytes, scratch, p->shape->k);
    return scratch;
  }
  if (!p->transposed) return p->w + output * p->stride;
  for (size_t i = 0; i < p->shape->k; i++) scratch[i] = p->w[i * p->stride + output];
  return scratch;
}

/// One row in 8 bits, four codes a unit.
static void round_row(const packing *p, size_t output, size_t column, const ck_int8_panel *codes, float *scratch,
                      uint8_t *units) {
  size_t k = p->shape->k;
  float sum, scale;
  ck_kernels()->round_int8(1, k, row_of(p, output, scratch), (int8_t *)units, &scale, &sum);
  // Unsigned codes, as the processor wants them; what fills up is 0 in the rows.
  for (size_t i = 0; i < k; i++) units[i] ^= 0x80;
  for (size_t i = k; i < ck_filled(k); i++) units[i] = 0;
  ((float *)codes->scales)[column] = scale;
  ((float *)codes->minima)[column] = -128 * scale;
}

/// `scratch` has five rows of k + 4 floats.
static void pack_int8(const packing *p, size_t first, size_t columns, const ck_int8_panel *panel, float *scratch) {
  size_t stride = p->shape->k + 4;
  for (size_t column = 0; column < columns; column += FOUR) {
    size_t some = columns - column < FOUR ? columns - column : FOUR;
    float *units = scratch + stride;
    for (size_t i = 0; i < some; i++)
      round_row(p, first + column + i, column + i, panel, scratch, (uint8_t *)(units + i * stride));
    ck_kernels()->pack_units(some, ck_filled(p->shape->k) / 4, units, stride, (uint32_t *)panel->codes + column);
  }
}

/// The floats of a panel, `[k, CK_WIDE]`; `scratch` has four rows.
static void pack_floats(const packing *p, size_t first, size_t columns, float *panel, float *scratch) {
  const ck_table *kernels = ck_kernels();
  size_t k = p->shape->k;
  if (columns < CK_WIDE) memset(panel, 0, k * CK_WIDE * sizeof(float));
  if (p->transposed) {
    for (size_t i = 0; i < k; i++)
      memcpy(panel + i * CK_WIDE, p->w + i * p->stride + first, columns * sizeof(float));
  } else if (!p->matrix) {
    kernels->pack_units(columns, k, p->w + first * p->stride, p->stride, panel);
  } else {
    for (size_t column = 0; column < columns; column += FOUR) {
      size_t some = columns - column < FOUR ? columns - column : FOUR;
      for (size_t i = 0; i < some; i++) row_of(p, first + column + i, scratch + i * k);
      kernels->pack_units(some, k, scratch, k, panel + column);
    }
  }
}

static void round_panel(const ck_packed *shape, const float *floats, uint16_t *panel) {
  size_t k = shape->k;
  if (!shape->compact) return ck_kernels()->round_bf16(k * CK_WIDE, floats, panel);
  for (size_t i = 0; i < k; i += 2)
    ck_kernels()->pair_bf16(CK_WIDE, floats + i * CK_WIDE, i + 1 < k ? floats + (i + 1) * CK_WIDE : NULL,
                            (uint32_t *)panel + i / 2 * CK_WIDE);
}

/// `scratch` has five rows of k + 4 floats and, for bf16, a panel of floats.
static void pack_panel(const packing *p, size_t index, float *scratch) {
  const ck_packed *shape = p->shape;
  uint8_t *panel = p->data + index * ck_panel_bytes(shape);
  size_t first = index * CK_WIDE, columns = shape->n - first < CK_WIDE ? shape->n - first : CK_WIDE;
  if (shape->precision == CK_PRECISION_INT8) {
    if (columns < CK_WIDE) memset(panel, 0, ck_panel_bytes(shape));
    ck_int8_panel codes = ck_panel_of_codes(shape, panel, 0);
    pack_int8(p, first, columns, &codes, scratch);
  } else if (shape->precision == CK_PRECISION_BF16) {
    float *floats = scratch + (FOUR + 1) * (shape->k + 4);
    pack_floats(p, first, columns, floats, scratch);
    round_panel(shape, floats, (uint16_t *)panel);
  } else {
    pack_floats(p, first, columns, (float *)panel, scratch);
  }
}

static void pack_part(void *context, size_t begin, size_t end) {
  const packing *p = context;
  size_t k = p->shape->k, panel = p->shape->precision == CK_PRECISION_BF16 ? k * CK_WIDE : 0;
  float *scratch = ck_take(((FOUR + 1) * (k + 4) + panel) * sizeof(float));
  for (size_t index = begin; index < end; index++) pack_panel(p, index, scratch);
  ck_give(scratch);
}

static void pack(const packing *p) {
  ck_parallel_for(ck_panels(p->shape), 16384 / (p->shape->k * CK_WIDE + 1) + 1, pack_part, (void *)p);
}

void ck_pack(const ck_packed *shape, const float *w, size_t stride, int transposed, void *data) {
  pack(&(packing){shape, w, stride, transposed, NULL, data});
}

void ck_pack_matrix(const ck_packed *shape, const ck_matrix *matrix, void *data) {
  pack(&(packing){shape, NULL, 0, 0, matrix, data});
}

ck_packed ck_packed_codes(const ck_matrix *matrix, size_t k) {
  size_t group = ck_code_group(matrix->type);
  // Blocks of 256 have scales of more bits than a half.
  int has_halves = matrix->type != CK_TYPE_Q4_K && matrix->type != CK_TYPE_Q5_K;
  int compact = group == 32 && has_halves && ck_int8_kernels()->takes_compact;
  return (ck_packed){CK_PRECISION_INT8, matrix->rows, k, group, ck_code_bits(matrix->type), compact, NULL};
}

/// Codes of 4 bits, those of four columns and of the next four in the same bytes.
static void pair_codes(size_t k, uint8_t *codes) {
  for (size_t i = 0; i < k / 8; i++)
    for (size_t j = 0; j < 4; j++) codes[4 * i + j] = (uint8_t)(codes[8 * i + j] | codes[8 * i + 4 + j] << 4);
}

/// A column of scales or minima.
static void pack_halves(size_t groups, const float *scales, uint16_t *column) {
  for (size_t g = 0; g < groups; g++) ck_halves_from_floats(scales + g, column + g * CK_WIDE, 1);
}

void ck_pack_panel_of_codes(const ck_packed *shape, const ck_matrix *matrix, size_t index, const ck_int8_panel *panel,
                            uint8_t *scratch) {
  const ck_table *kernels = ck_kernels();
  size_t k = shape->k, groups = ck_groups(shape);
  float *scales = (float *)(scratch + FOUR * k), *minima = scales + FOUR * groups;
  for (size_t column = 0; column < CK_WIDE; column += FOUR) {
    for (size_t i = 0; i < FOUR; i++) {
      size_t row = index * CK_WIDE + column + i;
      uint8_t *codes = scratch + i * k;
      if (row < matrix->rows) {
        const uint8_t *source = (const uint8_t *)matrix->data + row * matrix->row_bytes;
        ck_int8_kernels()->split(matrix->type, k, source, codes, scales + i * groups, minima + i * groups);
      } else {
        memset(codes, 0, k);
        for (size_t g = 0; g < groups; g++) scales[i * groups + g] = minima[i * groups + g] = 0;
      }
    }
    int has_pairs = panel->compact && panel->bits == 4;
    for (size_t i = 0; has_pairs && i < FOUR; i++) pair_codes(k, scratch + i * k);
    kernels->pack_units(FOUR, has_pairs ? k / 8 : k / 4, scratch, k / 4, (uint32_t *)panel->codes + column);
    if (panel->compact) {
      for (size_t i = 0; i < FOUR; i++) {
        pack_halves(groups, scales + i * groups, (uint16_t *)panel->scales + column + i);
        pack_halves(groups, minima + i * groups, (uint16_t *)panel->minima + column + i);
      }
      continue;
    }
    kernels->pack_units(FOUR, groups, scales, groups, (float *)panel->scales + column);
    kernels->pack_units(FOUR, groups, minima, groups, (float *)panel->minima + column);
  }
}

static void pack_codes_part(void *context, size_t begin, size_t end) {
  const packing *p = context;
  uint8_t *scratch = ck_take(ck_codes_scratch(p->shape));
  for (size_t index = begin; index < end; index++) {
    ck_int8_panel panel = ck_panel_of_codes(p->shape, p->data, index);
    ck_pack_panel_of_codes(p->shape, p->matrix, index, &panel, scratch);
  }
  ck_give(scratch);
}

void ck_pack_codes(const ck_packed *shape, const ck_matrix *matrix, void *data) {
  packing p = {shape, NULL, 0, 0, matrix, data};
  ck_parallel_for(ck_panels(shape), 1, pack_codes_part, &p);
}
