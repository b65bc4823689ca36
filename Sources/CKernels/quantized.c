#include <stdint.h>
#include <string.h>

#include "CKernels.h"
#include "scratch.h"
#include "table.h"

enum { FEW_ROWS = 8, PANEL = 64 };

void ck_unpack_row(int type, const void *source, float *destination, size_t count) {
  const ck_table *kernels = ck_kernels();
  switch (type) {
    case CK_TYPE_F32: memcpy(destination, source, count * sizeof(float)); break;
    case CK_TYPE_F16: kernels->unpack_f16(count, source, destination); break;
    case CK_TYPE_Q4_0: kernels->unpack_q4_0(count / 32, source, destination); break;
    case CK_TYPE_Q4_1: kernels->unpack_q4_1(count / 32, source, destination); break;
    case CK_TYPE_Q8_0: kernels->unpack_q8_0(count / 32, source, destination); break;
    default: ck_dequantize_row(type, source, destination, count);
  }
}

typedef struct {
  size_t m, columns, matrices, stride_out;
  const ck_matrix *matrix;
  const float *x, *block_sums;  // block_sums [m, columns / 32], or NULL
  float *out;
} product;

static float dot_row(int type, const void *row, size_t columns, const float *x, const float *block_sums) {
  const ck_table *kernels = ck_kernels();
  switch (type) {
    case CK_TYPE_F32: return kernels->dot(columns, row, x);
    case CK_TYPE_Q4_0: return kernels->dot_q4_0(columns / 32, row, x, block_sums);
    case CK_TYPE_Q4_1: return kernels->dot_q4_1(columns / 32, row, x, block_sums);
    default: return kernels->dot_q8_0(columns / 32, row, x, block_sums);
  }
}

static int has_dot(int type) { return type == CK_TYPE_F32 || type == CK_TYPE_Q4_0 || type == CK_TYPE_Q4_1 || type == CK_TYPE_Q8_0; }

/// Rows `begin ..< end` of all matrices laid end to end, a dot product each.
static void few_rows_part(void *context, size_t begin, size_t end) {
  const product *p = context;
  const ck_table *kernels = ck_kernels();
  float *unpacked = ck_take(p->columns * sizeof(float));
  size_t first = 0;
  for (size_t i = 0; i < p->matrices; first += p->matrix[i++].rows) {
    const ck_matrix *w = &p->matrix[i];
    size_t bytes = w->row_bytes, last = first + w->rows;
    for (size_t row = begin > first ? begin : first; row < end && row < last; row++) {
      const void *weights = (const uint8_t *)w->data + (row - first) * bytes;
      if (p->m == 1 && has_dot(w->type)) {
        p->out[row] = dot_row(w->type, weights, p->columns, p->x, p->block_sums);
        continue;
      }
      const float *values = weights;
      if (w->type != CK_TYPE_F32) ck_unpack_row(w->type, weights, unpacked, p->columns), values = unpacked;
      for (size_t j = 0; j < p->m; j++)
        p->out[j * p->stride_out + row] = kernels->dot(p->columns, values, p->x + j * p->columns);
    }
  }
  ck_give(unpacked);
}

/// Panels of PANEL rows; index counts panels over all matrices.
static void many_rows_part(void *context, size_t begin, size_t end) {
  const product *p = context;
  float *unpacked = ck_take((PANEL * p->columns) * sizeof(float));
  size_t first_row = 0, first_panel = 0;
  for (size_t i = 0; i < p->matrices; i++) {
    const ck_matrix *w = &p->matrix[i];
    size_t bytes = w->row_bytes, panels = (w->rows + PANEL - 1) / PANEL;
    for (size_t panel = begin > first_panel ? begin : first_panel; panel < end && panel < first_panel + panels; panel++) {
      size_t row = (panel - first_panel) * PANEL, rows = w->rows - row < PANEL ? w->rows - row : PANEL;
      const uint8_t *weights = (const uint8_t *)w->data + row * bytes;
      const float *values = (const float *)weights;
      if (w->type != CK_TYPE_F32) {
        for (size_t r = 0; r < rows; r++)
          ck_unpack_row(w->type, weights + r * bytes, unpacked + r * p->columns, p->columns);
        values = unpacked;
      }
      ck_gemm_nt(p->m, rows, p->columns, 1, p->x, p->columns, values, p->columns, p->out + first_row + row,
                        p->stride_out, 0);
    }
    first_row += w->rows;
    first_panel += panels;
  }
  ck_give(unpacked);
}

void ck_matmul(size_t m, size_t columns, const float *x, size_t matrices, const ck_matrix *matrix, float *out) {
  size_t total = 0;
  for (size_t i = 0; i < matrices; i++) total += matrix[i].rows;
  ck_matmul_into(m, columns, x, matrices, matrix, out, total);
}

void ck_matmul_into(size_t m, size_t columns, const float *x, size_t matrices, const ck_matrix *matrix, float *out,
                    size_t stride_out) {
  product p = {m, columns, matrices, stride_out, matrix, x, NULL, out};
  size_t panels = 0, rows = 0;
  int plain = 1;
  for (size_t i = 0; i < matrices; i++) {
    rows += matrix[i].rows;
    panels += (matrix[i].rows + PANEL - 1) / PANEL;
    plain = plain && matrix[i].type == CK_TYPE_F32;
  }
  if (m == 0 || rows == 0) return;
  if (m > FEW_ROWS) {
    if (plain) {
      // Nothing to unpack: the whole is packed in larger pieces.
      size_t row = 0;
      for (size_t i = 0; i < matrices; row += matrix[i++].rows)
        ck_gemm_nt(m, matrix[i].rows, columns, 1, x, columns, matrix[i].data, columns, out + row, p.stride_out, 0);
    } else {
      ck_parallel_for(panels, 1, many_rows_part, &p);
    }
    return;
  }
  float *sums = NULL;
  if (m == 1 && columns % 32 == 0) {
    sums = ck_take((columns / 32 + 1) * sizeof(float));
    for (size_t b = 0; b < columns / 32; b++) {
      float total = 0;
      for (size_t i = 0; i < 32; i++) total += x[b * 32 + i];
      sums[b] = total;
    }
    p.block_sums = sums;
  }
  ck_parallel_for(rows, 65536 / (m * columns + 1) + 1, few_rows_part, &p);
  ck_give(sums);
}
