// Products with stored blocks, without a packed copy.
#include <string.h>

#include "packed.h"
#include "processor_neon.h"

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
    shape.compact = 0;  // It is in the cache.
    size_t panels = ck_panels(&shape);
    // One panel at a time, in this thread's cache.
    uint8_t *memory = ck_take(ck_panel_bytes(&shape)), *scratch = ck_take(ck_codes_scratch(&shape));
    ck_int8_panel panel = ck_panel_of_codes(&shape, memory, 0);
    for (size_t index = begin > first_panel ? begin : first_panel; index < end && index < first_panel + panels; index++) {
      size_t column = (index - first_panel) * CK_WIDE;
      ck_pack_panel_of_codes(&shape, w, index - first_panel, &panel, scratch);
      ck_packed single = shape;
      single.data = memory;
      single.n = w->rows - column < CK_WIDE ? w->rows - column : CK_WIDE;
      ck_product part = {
          .factor = 1, .m = p->m, .codes = p->x, .matrix = &single, .out = p->out + first_row + column, .stride_out = p->total};
      for (size_t row = 0; row < p->m; row += CK_ROWS)
        ck_multiply_panel(&part, 0, row, p->m - row < CK_ROWS ? p->m - row : CK_ROWS);
    }
    ck_give(memory);
    ck_give(scratch);
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
      ck_give(rounded.memory);
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
#elif defined(__aarch64__)
  if (ck_kernels() == &ck_table_neon) return ck_neon_features() & CK_NEON_DOT_PRODUCTS ? &ck_int8_sdot : &ck_int8_neon;
#endif
  return &ck_int8_portable;
}

const char *ck_int8_instruction_set(void) { return ck_int8_kernels()->name; }

const ck_int8_table *ck_kernels_of_codes(const ck_packed *p) {
#if defined(__x86_64__)
  if (p->compact) return &ck_int8_vnni;
#endif
  (void)p;
  return ck_int8_kernels();
}
