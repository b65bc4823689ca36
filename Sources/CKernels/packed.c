// Packed matrices: panels of CK_WIDE outputs lie one behind the other.
//   f32   [k, 32]
//   bf16  [pairs of k, 32, 2]
//   int8  codes [k / 4, 32, 4], scales [groups, 32], minima [groups, 32]
// Outputs and inputs are filled up with zeros. A panel, or a part of it that fits the second-level cache, stays there while a
// group of rows passes by.
#include "packed.h"

#include <stdlib.h>
#include <string.h>

// Rows that pass by together, whole tiles; inputs of a panel's part: 64 KB in f32 and in bf16.
enum { ROWS = 22 * CK_TILE, CHUNK_F32 = 512, CHUNK_BF16 = 1024 };

static size_t panels_of(const ck_packed *p) { return (p->n + CK_WIDE - 1) / CK_WIDE; }
static size_t filled(size_t k) { return (k + 3) / 4 * 4; }
static size_t groups_of(const ck_packed *p) { return p->group ? p->k / p->group : 1; }

static size_t panel_bytes(const ck_packed *p) {
  switch (p->precision) {
    case CK_PRECISION_F32: return p->k * CK_WIDE * sizeof(float);
    case CK_PRECISION_BF16: return (p->k + 1) / 2 * CK_WIDE * 2 * sizeof(uint16_t);
    default: return filled(p->k) * CK_WIDE + 2 * groups_of(p) * CK_WIDE * sizeof(float);
  }
}

static ck_int8_panel panel_of(const ck_packed *p, const void *data, size_t index) {
  const uint8_t *codes = (const uint8_t *)data + index * panel_bytes(p);
  const float *scales = (const float *)(codes + filled(p->k) * CK_WIDE);
  return (ck_int8_panel){codes, scales, scales + groups_of(p) * CK_WIDE, p->bits};
}

size_t ck_packed_size(const ck_packed *shape) { return panels_of(shape) * panel_bytes(shape); }

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

/// Units of four bytes of one output, `stride` units apart from now on.
static void spread_units(size_t count, const void *units, void *panel, size_t column) {
  const uint32_t *from = units;
  uint32_t *to = (uint32_t *)panel + column;
  for (size_t i = 0; i < count; i++) to[i * CK_WIDE] = from[i];
}

static void pack_part(void *context, size_t begin, size_t end) {
  const packing *p = context;
  const ck_packed *shape = p->shape;
  size_t k = shape->k, pairs = (k + 1) / 2, fours = filled(k) / 4;
  float *scratch = ck_allocate((k + 4) * sizeof(float));
  void *rounded = ck_allocate((k + 4) * sizeof(float));
  for (size_t index = begin; index < end; index++) {
    uint8_t *panel = p->data + index * panel_bytes(shape);
    memset(panel, 0, panel_bytes(shape));
    ck_int8_panel codes = panel_of(shape, p->data, index);
    for (size_t column = 0; column < CK_WIDE && index * CK_WIDE + column < shape->n; column++) {
      const float *row = row_of(p, index * CK_WIDE + column, scratch);
      if (shape->precision == CK_PRECISION_F32) {
        spread_units(k, row, panel, column);
      } else if (shape->precision == CK_PRECISION_BF16) {
        ck_kernels()->round_bf16(k, row, rounded);
        if (k % 2) ((uint16_t *)rounded)[k] = 0;
        spread_units(pairs, rounded, panel, column);
      } else {
        float sum, scale = ck_kernels()->round_int8(k, row, rounded, &sum);
        // Unsigned codes, as the processor wants them; what fills up is 0 in the rows.
        for (size_t i = 0; i < k; i++) ((uint8_t *)rounded)[i] ^= 0x80;
        for (size_t i = k; i < 4 * fours; i++) ((uint8_t *)rounded)[i] = 0;
        spread_units(fours, rounded, panel, column);
        ((float *)codes.scales)[column] = scale;
        ((float *)codes.minima)[column] = -128 * scale;
      }
    }
  }
  free(scratch);
  free(rounded);
}

void ck_pack(const ck_packed *shape, const float *w, size_t stride, int transposed, void *data) {
  packing p = {shape, w, stride, transposed, NULL, data};
  ck_parallel_for(panels_of(shape), 1, pack_part, &p);
}

void ck_pack_matrix(const ck_packed *shape, const ck_matrix *matrix, void *data) {
  packing p = {shape, NULL, 0, 0, matrix, data};
  ck_parallel_for(panels_of(shape), 1, pack_part, &p);
}

ck_packed ck_packed_codes(const ck_matrix *matrix, size_t k) {
  return (ck_packed){CK_PRECISION_INT8, matrix->rows, k, ck_code_group(matrix->type), ck_code_bits(matrix->type), NULL};
}

/// `panel` is filled with the codes of panel `index` of a stored matrix. `scratch` has the codes, scales and minima of a row.
static void pack_codes(const ck_packed *shape, const ck_matrix *matrix, size_t index, const ck_int8_panel *panel,
                       uint8_t *scratch) {
  size_t k = shape->k, groups = groups_of(shape);
  float *scales = (float *)(scratch + k), *minima = scales + groups;
  for (size_t column = 0; column < CK_WIDE; column++) {
    size_t row = index * CK_WIDE + column;
    if (row < matrix->rows) {
      const uint8_t *source = (const uint8_t *)matrix->data + row * matrix->row_bytes;
      ck_int8_kernels()->split(matrix->type, k, source, scratch, scales, minima);
    } else {
      memset(scratch, 0, k + 2 * groups * sizeof(float));
    }
    spread_units(k / 4, scratch, (void *)panel->codes, column);
    spread_units(groups, scales, (void *)panel->scales, column);
    spread_units(groups, minima, (void *)panel->minima, column);
  }
}

static size_t scratch_bytes(const ck_packed *shape) { return shape->k + 2 * groups_of(shape) * sizeof(float); }

static void pack_codes_part(void *context, size_t begin, size_t end) {
  const packing *p = context;
  uint8_t *scratch = ck_allocate(scratch_bytes(p->shape));
  for (size_t index = begin; index < end; index++) {
    ck_int8_panel panel = panel_of(p->shape, p->data, index);
    pack_codes(p->shape, p->matrix, index, &panel, scratch);
  }
  free(scratch);
}

void ck_pack_codes(const ck_packed *shape, const ck_matrix *matrix, void *data) {
  packing p = {shape, NULL, 0, 0, matrix, data};
  ck_parallel_for(panels_of(shape), 1, pack_codes_part, &p);
}

typedef struct {
  size_t m, k, group;
  const float *x;
  size_t stride_x;
  int8_t *codes;
  float *scales, *sums;
} rounding;

static void round_part(void *context, size_t begin, size_t end) {
  const rounding *r = context;
  size_t width = filled(r->k), group = r->group ? r->group : r->k, groups = r->group ? r->k / r->group : 1;
  for (size_t row = begin; row < end; row++) {
    int8_t *codes = r->codes + row * width;
    for (size_t g = 0; g < groups; g++)
      r->scales[row * groups + g] = ck_kernels()->round_int8(group, r->x + row * r->stride_x + g * group,
                                                             codes + g * group, &r->sums[row * groups + g]);
    for (size_t i = r->k; i < width; i++) codes[i] = 0;
  }
}

ck_rounded_rows ck_round_int8(size_t m, size_t k, size_t group, const float *x, size_t stride) {
  size_t width = filled(k), groups = group ? k / group : 1;
  uint8_t *memory = ck_allocate(m * (width + 2 * groups * sizeof(float)));
  float *scales = (float *)memory, *sums = scales + m * groups;
  rounding r = {m, k, group, x, stride, (int8_t *)(sums + m * groups), scales, sums};
  ck_parallel_for(m, 16384 / (k + 1) + 1, round_part, &r);
  return (ck_rounded_rows){{r.codes, width, scales, sums, groups}, memory};
}

typedef struct {
  size_t m, k, stride_x;
  const float *x;
  uint16_t *out;
} bf16_rounding;

static void round_bf16_part(void *context, size_t begin, size_t end) {
  const bf16_rounding *r = context;
  size_t width = (r->k + 1) / 2 * 2;
  for (size_t row = begin; row < end; row++) {
    ck_kernels()->round_bf16(r->k, r->x + row * r->stride_x, r->out + row * width);
    if (width > r->k) r->out[row * width + r->k] = 0;
  }
}

typedef struct {
  size_t m;
  const float *x;
  size_t stride_x;
  const uint16_t *halves;
  ck_int8_rows codes;
  const ck_packed *matrix;
  const ck_epilogue *epilogue;
  size_t first;  // output of this matrix among those of all
  float *out;
  size_t stride_out;
} product;

/// The sums of a tile, or what one more part of the inputs adds to them.
static void add_tile(const product *p, const void *panel, size_t row, size_t rows, size_t from, size_t count,
                     float *tile) {
  if (p->matrix->precision == CK_PRECISION_F32) {
    ck_kernels()->tile_f32(rows, count, p->x + row * p->stride_x + from, p->stride_x, (const float *)panel + from * CK_WIDE,
                           from > 0, tile);
    return;
  }
  size_t stride = (p->matrix->k + 1) / 2 * 2, pairs = (count + 1) / 2;
  const uint16_t *x = p->halves + row * stride + from, *halves = (const uint16_t *)panel + from * CK_WIDE;
#if defined(__x86_64__)
  if (ck_bf16_is_native()) {
    ck_tile_bf16_native(rows, pairs, x, stride, halves, from > 0, tile);
    return;
  }
#endif
  ck_kernels()->tile_bf16(rows, pairs, x, stride, halves, from > 0, tile);
}

/// Some rows' codes, from `row` on.
static ck_int8_rows rows_from(const ck_int8_rows *x, size_t row) {
  return (ck_int8_rows){x->codes + row * x->stride, x->stride, x->scales + row * x->blocks, x->sums + row * x->blocks,
                        x->blocks};
}

/// A group of rows meets one panel. Tiles are as even as can be: a last one of few rows would waste the processor's width.
static void multiply_panel(const product *p, size_t index, size_t first_row, size_t rows) {
  const ck_packed *matrix = p->matrix;
  const uint8_t *panel = (const uint8_t *)matrix->data + index * panel_bytes(matrix);
  ck_int8_panel codes = panel_of(matrix, matrix->data, index);
  size_t column = index * CK_WIDE, columns = matrix->n - column < CK_WIDE ? matrix->n - column : CK_WIDE;
  const ck_epilogue *e = p->epilogue;
  ck_finish finish = {e && e->bias ? e->bias + p->first + column : NULL, e && e->scale ? e->scale + p->first + column : NULL,
                      e ? e->activation : CK_ACTIVATION_NONE, e && e->accumulate};
  size_t tiles = (rows + CK_TILE - 1) / CK_TILE, height = (rows + tiles - 1) / tiles;
  size_t chunk = matrix->precision == CK_PRECISION_F32 ? CHUNK_F32
                 : matrix->precision == CK_PRECISION_BF16 ? CHUNK_BF16 : matrix->k;
  float sums[ROWS * CK_WIDE];
  for (size_t from = 0; from == 0 || from < matrix->k; from += chunk) {
    size_t count = matrix->k - from < chunk ? matrix->k - from : chunk;
    for (size_t row = 0; row < rows; row += height) {
      size_t some = rows - row < height ? rows - row : height;
      float *tile = sums + row * CK_WIDE;
      if (matrix->precision == CK_PRECISION_INT8) {
        ck_int8_rows x = rows_from(&p->codes, first_row + row);
        size_t k = filled(matrix->k);
        ck_int8_kernels()->tile(some, k, matrix->group ? matrix->group : k, &x, &codes, tile);
      } else {
        add_tile(p, panel, first_row + row, some, from, count, tile);
      }
      if (from + count < matrix->k) continue;
      ck_kernels()->finish_tile(some, columns, tile, &finish, p->out + (first_row + row) * p->stride_out + column,
                                p->stride_out);
    }
    if (matrix->k == 0) break;
  }
}

/// Index = group of rows * panels + panel.
static void multiply_part(void *context, size_t begin, size_t end) {
  const product *p = context;
  size_t panels = panels_of(p->matrix);
  for (size_t index = begin; index < end; index++) {
    size_t row = index / panels * ROWS;
    multiply_panel(p, index % panels, row, p->m - row < ROWS ? p->m - row : ROWS);
  }
}

void ck_packed_product(size_t m, const float *x, size_t stride_x, size_t matrices, const ck_packed *matrix,
                       const ck_epilogue *epilogue, float *out, size_t stride_out) {
  if (m == 0) return;
  uint16_t *halves = NULL;
  ck_rounded_rows codes = {{0}, NULL};
  size_t group = 0, first = 0;
  for (size_t i = 0; i < matrices; first += matrix[i++].n) {
    const ck_packed *w = &matrix[i];
    if (w->n == 0) continue;
    if (w->precision == CK_PRECISION_BF16 && !halves) {
      halves = ck_allocate(m * ((w->k + 1) / 2 * 2) * sizeof(uint16_t));
      bf16_rounding r = {m, w->k, stride_x, x, halves};
      ck_parallel_for(m, 16384 / (w->k + 1) + 1, round_bf16_part, &r);
    }
    if (w->precision == CK_PRECISION_INT8 && (!codes.memory || group != w->group)) {
      free(codes.memory);
      codes = ck_round_int8(m, w->k, group = w->group, x, stride_x);
    }
    product p = {m, x, stride_x, halves, codes.rows, w, epilogue, first, out + first, stride_out};
    size_t work = (m < ROWS ? m : ROWS) * w->k * CK_WIDE;
    ck_parallel_for((m + ROWS - 1) / ROWS * panels_of(w), 100000 / (work + 1) + 1, multiply_part, &p);
  }
  free(halves);
  free(codes.memory);
}

int ck_f32_packing_pays(void) { return strcmp(ck_instruction_set(), "portable") != 0; }

// Stored blocks, without a packed copy.

typedef struct {
  size_t m, columns, total, count;  // `count` matrices whose outputs lie side by side
  const ck_matrix *matrix;
  ck_int8_rows x;
  float *out;
} stored_product;

/// Index = output of all matrices laid end to end.
static void few_rows_part(void *context, size_t begin, size_t end) {
  const stored_product *p = context;
  const ck_int8_table *kernels = ck_int8_kernels();
  size_t first = 0;
  for (size_t i = 0; i < p->count; first += p->matrix[i++].rows) {
    const ck_matrix *w = &p->matrix[i];
    size_t from = begin > first ? begin : first, to = end < first + w->rows ? end : first + w->rows;
    if (from < to)
      kernels->dots(w->type, p->columns, to - from, (const uint8_t *)w->data + (from - first) * w->row_bytes, w->row_bytes,
                    p->m, &p->x, p->out + from, p->total);
  }
}

/// Index = panel of all matrices laid end to end.
static void many_rows_part(void *context, size_t begin, size_t end) {
  const stored_product *p = context;
  size_t first_row = 0, first_panel = 0;
  for (size_t i = 0; i < p->count; i++) {
    const ck_matrix *w = &p->matrix[i];
    ck_packed shape = ck_packed_codes(w, p->columns);
    size_t panels = panels_of(&shape);
    // One panel at a time, in this thread's cache.
    uint8_t *memory = ck_allocate(panel_bytes(&shape)), *scratch = ck_allocate(scratch_bytes(&shape));
    ck_int8_panel panel = panel_of(&shape, memory, 0);
    for (size_t index = begin > first_panel ? begin : first_panel; index < end && index < first_panel + panels; index++) {
      size_t column = (index - first_panel) * CK_WIDE;
      pack_codes(&shape, w, index - first_panel, &panel, scratch);
      ck_packed single = shape;
      single.data = memory;
      single.n = w->rows - column < CK_WIDE ? w->rows - column : CK_WIDE;
      product part = {
          .m = p->m, .codes = p->x, .matrix = &single, .out = p->out + first_row + column, .stride_out = p->total};
      for (size_t row = 0; row < p->m; row += ROWS)
        multiply_panel(&part, 0, row, p->m - row < ROWS ? p->m - row : ROWS);
    }
    free(memory);
    free(scratch);
    first_row += w->rows;
    first_panel += panels;
  }
}

void ck_codes_matmul(size_t m, size_t columns, const float *x, size_t matrices, const ck_matrix *matrix, float *out) {
  size_t total = 0;
  for (size_t i = 0; i < matrices; i++) total += matrix[i].rows;
  if (m == 0 || total == 0) return;
  // Matrices of one group after the other share rounded rows and a loop.
  for (size_t i = 0, count; i < matrices; i += count) {
    size_t group = ck_code_group(matrix[i].type), outputs = 0, panels = 0;
    for (count = 0; i + count < matrices && ck_code_group(matrix[i + count].type) == group; count++) {
      outputs += matrix[i + count].rows;
      panels += (matrix[i + count].rows + CK_WIDE - 1) / CK_WIDE;
    }
    if (group == 0) {
      ck_matmul_into(m, columns, x, count, matrix + i, out, total);
    } else {
      ck_rounded_rows rounded = ck_round_int8(m, columns, group, x, columns);
      stored_product p = {m, columns, total, count, matrix + i, rounded.rows, out};
      if (m <= CK_INT8_FEW) {
        ck_parallel_for(outputs, 32768 / (m * columns + 1) + 4, few_rows_part, &p);
      } else {
        ck_parallel_for(panels, 1, many_rows_part, &p);
      }
      free(rounded.memory);
    }
    out += outputs;
  }
}

const ck_int8_table *ck_int8_kernels(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const char *name = ck_instruction_set();
  if (strcmp(name, ck_table_avx512.name) == 0 && __builtin_cpu_supports("avx512vnni")) return &ck_int8_vnni;
  if (strcmp(name, ck_table_portable.name) != 0) return &ck_int8_avx2;
#endif
  return &ck_int8_portable;
}

const char *ck_int8_instruction_set(void) { return ck_int8_kernels()->name; }
