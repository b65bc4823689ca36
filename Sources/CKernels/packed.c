// Products of rows with packed matrices. A panel, or a part of it that fits the second-level cache, stays there while a group
// of rows passes by.
#include "packed.h"

// Inputs of a panel's part: 64 KB in f32 and in bf16.
enum { CHUNK_F32 = 512, CHUNK_BF16 = 1024 };

// Tiles whose rows meet a panel of codes together.
enum { CODE_TILES = 4 };

typedef struct {
  size_t m, k, group;
  const float *x;
  size_t stride_x;
  int8_t *codes;
  float *scales, *sums;
} rounding;

static void round_part(void *context, size_t begin, size_t end) {
  const rounding *r = context;
  size_t width = ck_filled(r->k), group = r->group ? r->group : r->k, groups = r->group ? r->k / r->group : 1;
  for (size_t row = begin; row < end; row++) {
    int8_t *codes = r->codes + row * width;
    ck_kernels()->round_int8(groups, group, r->x + row * r->stride_x, codes, r->scales + row * groups,
                             r->sums + row * groups);
    for (size_t i = r->k; i < width; i++) codes[i] = 0;
  }
}

ck_rounded_rows ck_round_int8(size_t m, size_t k, size_t group, const float *x, size_t stride) {
  size_t width = ck_filled(k), groups = group ? k / group : 1;
  uint8_t *memory = ck_take(m * (width + 2 * groups * sizeof(float)));
  float *scales = (float *)memory, *sums = scales + m * groups;
  rounding r = {m, k, group, x, stride, (int8_t *)(sums + m * groups), scales, sums};
  ck_parallel_for(m, 4096 / (k + 1) + 1, round_part, &r);
  return (ck_rounded_rows){{r.codes, width, scales, sums, groups}, memory};
}

typedef struct {
  size_t m, k, stride_x;
  const float *x;
  uint16_t *pairs;  // of bfloat16
  float *floats;    // or the same as floats
} bf16_rounding;

static void round_bf16_part(void *context, size_t begin, size_t end) {
  const bf16_rounding *r = context;
  size_t width = (r->k + 1) / 2 * 2;
  for (size_t row = begin; row < end; row++) {
    const float *x = r->x + row * r->stride_x;
    if (r->floats) {
      ck_kernels()->round_to_bf16(r->k, x, r->floats + row * r->k);
    } else {
      ck_kernels()->round_bf16(r->k, x, r->pairs + row * width);
      if (width > r->k) r->pairs[row * width + r->k] = 0;
    }
  }
}

typedef struct {
  const ck_product *p;
  const uint8_t *panel;
  size_t first_row, rows;
  size_t columns;
  size_t height;  // of tiles, as even as can be: a last one of few rows would waste the processor's width
  float *sums;    // [rows, CK_WIDE]; or, where nothing follows the product, the result itself
  size_t stride;
  int adds;      // to what is there already
  float factor;  // of the whole
  const ck_finish *finish;  // what follows; NULL: nothing
  float *out;               // and where to
} panel_product;

/// What follows the sums of some rows, while they are in the first-level cache.
static void finish(const panel_product *w, size_t row, size_t rows) {
  if (!w->finish) return;
  ck_kernels()->finish_tile(rows, w->columns, w->sums + row * CK_WIDE, w->finish, w->out + row * w->p->stride_out,
                            w->p->stride_out);
}

/// Inputs `from ..< from + count` of all rows.
static void multiply_chunk(const panel_product *w, size_t from, size_t count) {
  const ck_product *p = w->p;
  int adds = w->adds || from > 0;
  size_t panel_stride = p->panel_stride ? p->panel_stride : CK_WIDE;
  int is_last = from + count == p->matrix->k;
  float factor = is_last ? w->factor : 1;
  for (size_t row = 0; row < w->rows; row += w->height) {
    size_t some = w->rows - row < w->height ? w->rows - row : w->height, first = w->first_row + row;
    float *sums = w->sums + row * w->stride;
    if (p->halves) {
#if defined(__x86_64__) || defined(__aarch64__)
      size_t stride = (p->matrix->k + 1) / 2 * 2;
      ck_tile_bf16_native(some, (count + 1) / 2, p->halves + first * stride + from, stride,
                          (const uint16_t *)w->panel + from * CK_WIDE, from > 0, sums);
#endif
      if (is_last) finish(w, row, some);
      continue;
    }
    int narrow = p->matrix->precision == CK_PRECISION_BF16;
    size_t skipped = from * panel_stride * (narrow ? sizeof(uint16_t) : sizeof(float));
    ck_tile tile = {some, w->columns, count, p->x + first * p->stride_x + from, p->stride_x, w->panel + skipped, panel_stride,
                    adds, factor, sums, w->stride};
    (narrow ? ck_kernels()->tile_bf16 : ck_kernels()->tile_f32)(&tile);
    if (is_last) finish(w, row, some);
  }
}

static void multiply_codes(const panel_product *w) {
  size_t k = ck_filled(w->p->matrix->k), group = w->p->matrix->group ? w->p->matrix->group : k;
  size_t height = CODE_TILES * w->height;
  ck_int8_panel codes = ck_panel_of_codes(w->p->matrix, w->panel, 0);
  const ck_int8_table *kernels = ck_kernels_of_codes(w->p->matrix);
  for (size_t row = 0; row < w->rows; row += height) {
    size_t some = w->rows - row < height ? w->rows - row : height;
    ck_int8_rows x = ck_rows_from(&w->p->codes, w->first_row + row);
    kernels->tile(some, k, group, &x, &codes, w->sums + row * CK_WIDE);
    finish(w, row, some);
  }
}

void ck_multiply_panel(const ck_product *p, size_t index, size_t first_row, size_t rows) {
  const ck_packed *matrix = p->matrix;
  size_t panel_bytes = p->panel_stride ? CK_WIDE * sizeof(float) : ck_panel_bytes(matrix);
  size_t column = index * CK_WIDE, columns = matrix->n - column < CK_WIDE ? matrix->n - column : CK_WIDE;
  const ck_epilogue *e = p->epilogue;
  ck_finish following = {e && e->bias ? e->bias + p->first + column : NULL, e && e->scale ? e->scale + p->first + column : NULL,
                      e ? e->activation : CK_ACTIVATION_NONE, e && e->accumulate};
  size_t tiles = (rows + CK_TILE - 1) / CK_TILE;
  float sums[CK_ROWS * CK_WIDE], *out = p->out + first_row * p->stride_out + column;
  panel_product w = {p, (const uint8_t *)matrix->data + index * panel_bytes, first_row, rows, columns,
                     (rows + tiles - 1) / tiles, sums, CK_WIDE, 0, p->factor, &following, out};
  if (matrix->precision == CK_PRECISION_INT8) {
    multiply_codes(&w);
  } else {
    int plain = !p->halves && columns == CK_WIDE && !following.bias && !following.scale &&
                following.activation == CK_ACTIVATION_NONE && (p->factor == 1 || !following.accumulate);
    if (plain) w.sums = out, w.stride = p->stride_out, w.adds = following.accumulate, w.finish = NULL;
    size_t chunk = matrix->precision == CK_PRECISION_F32 ? CHUNK_F32 : CHUNK_BF16, from = 0;
    do {
      size_t count = matrix->k - from < chunk ? matrix->k - from : chunk;
      multiply_chunk(&w, from, count);
      from += count;
    } while (from < matrix->k);
  }
}

typedef struct {
  const ck_product *products;
  size_t panels;  // of all
} side_by_side;

/// Index = group of rows * panels + panel, those of all matrices behind each other.
static void multiply_part(void *context, size_t begin, size_t end) {
  const side_by_side *s = context;
  for (size_t index = begin; index < end; index++) {
    const ck_product *p = s->products;
    size_t row = index / s->panels * CK_ROWS, panel = index % s->panels;
    for (; panel >= ck_panels(p->matrix); p++) panel -= ck_panels(p->matrix);
    ck_multiply_panel(p, panel, row, p->m - row < CK_ROWS ? p->m - row : CK_ROWS);
  }
}

void ck_multiply_panels(size_t count, const ck_product *products) {
  side_by_side s = {products, 0};
  for (size_t i = 0; i < count; i++) s.panels += ck_panels(products[i].matrix);
  // Below some 400,000 multiplications waking a thread costs more than it brings.
  size_t m = products->m, work = (m < CK_ROWS ? m : CK_ROWS) * products->matrix->k * CK_WIDE;
  ck_parallel_for((m + CK_ROWS - 1) / CK_ROWS * s.panels, 400000 / (work + 1) + 1, multiply_part, &s);
}

/// Rows as one of the precisions wants them.
typedef struct {
  uint16_t *halves;
  float *floats;
  ck_rounded_rows codes;
  size_t group;
} rounded_rows;

static void round_rows(size_t m, const float *x, size_t stride, const ck_packed *w, rounded_rows *rows) {
  if (w->precision == CK_PRECISION_BF16 && !(w->compact ? (void *)rows->halves : (void *)rows->floats)) {
    if (w->compact) {
      rows->halves = ck_take(m * ((w->k + 1) / 2 * 2) * sizeof(uint16_t));
    } else {
      rows->floats = ck_take(m * w->k * sizeof(float));
    }
    bf16_rounding r = {m, w->k, stride, x, w->compact ? rows->halves : NULL, w->compact ? NULL : rows->floats};
    ck_parallel_for(m, 16384 / (w->k + 1) + 1, round_bf16_part, &r);
  }
  if (w->precision == CK_PRECISION_INT8 && (!rows->codes.memory || rows->group != w->group)) {
    ck_give(rows->codes.memory);
    rows->codes = ck_round_int8(m, w->k, rows->group = w->group, x, stride);
  }
}

// So many matrices share a loop.
enum { TOGETHER = 4 };

void ck_packed_product(size_t m, const float *x, size_t stride_x, size_t matrices, const ck_packed *matrix,
                       const ck_epilogue *epilogue, float *out, size_t stride_out) {
  if (m == 0) return;
  rounded_rows rows = {0};
  ck_product together[TOGETHER];
  size_t first = 0, count = 0;
  for (size_t i = 0; i < matrices; first += matrix[i++].n) {
    const ck_packed *w = &matrix[i];
    // Rows that are rounded in other groups take the place of those before.
    if (count == TOGETHER || (count > 0 && w->group != together[count - 1].matrix->group)) {
      ck_multiply_panels(count, together);
      count = 0;
    }
    if (w->n == 0) continue;
    round_rows(m, x, stride_x, w, &rows);
    ck_product p = {.m = m, .x = x, .stride_x = stride_x, .codes = rows.codes.rows, .matrix = w, .epilogue = epilogue,
                    .factor = 1, .first = first, .out = out + first, .stride_out = stride_out};
    if (w->precision == CK_PRECISION_BF16) {
      if (w->compact) p.halves = rows.halves;
      else p.x = rows.floats, p.stride_x = w->k;
    }
    together[count++] = p;
  }
  if (count > 0) ck_multiply_panels(count, together);
  ck_give(rows.halves);
  ck_give(rows.floats);
  ck_give(rows.codes.memory);
}
