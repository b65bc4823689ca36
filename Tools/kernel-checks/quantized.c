// Products of rows of floats with matrices as they are stored, forwards and backwards.
#include "check.h"

enum { MATRICES = 3 };

/// What is added up in a product with a stored row: codes and minima apart, as kernels may sum them so.
static double size_of(const ck_matrix *w, size_t row, size_t columns, const float *x, const float *values) {
  const uint8_t *source = (const uint8_t *)w->data + row * w->row_bytes;
  size_t group = ck_code_group(w->type);
  double size = 0;
  if (group == 0) {
    for (size_t k = 0; k < columns; k++) size += fabs((double)values[k] * (double)x[k]);
    return size;
  }
  uint8_t *codes = malloc(columns);
  float *scales = malloc(2 * columns * sizeof(float)), *minima = scales + columns;
  ck_split_row(w->type, source, codes, scales, minima, columns);
  for (size_t k = 0; k < columns; k++)
    size += fabs((double)x[k]) * (fabs((double)scales[k / group]) * codes[k] + fabs((double)minima[k / group]));
  free(codes);
  free(scales);
  return size;
}

/// Three matrices side by side, one of them empty.
static void forward(const check_type *types[MATRICES], size_t m, size_t columns, size_t stride) {
  const size_t rows[MATRICES] = {67, 0, 5};
  ck_matrix w[MATRICES];
  for (size_t i = 0; i < MATRICES; i++) w[i] = check_stored(types[i], rows[i], columns, i);
  const float *x = check_random(m * columns, 9);
  size_t total = rows[0] + rows[1] + rows[2];
  float *out = check_matrix(m, total, total + stride, 4);
  if (stride) ck_matmul_into(m, columns, x, MATRICES, w, out, total + stride);
  else ck_matmul(m, columns, x, MATRICES, w, out);
  size_t first = 0;
  for (size_t i = 0; i < MATRICES; first += rows[i++]) {
    const float *values = check_values(&w[i], columns);
    for (size_t row = 0; row < rows[i]; row++)
      for (size_t j = 0; j < m; j++) {
        double sum = 0;
        for (size_t k = 0; k < columns; k++) sum += (double)values[row * columns + k] * (double)x[j * columns + k];
        double size = size_of(&w[i], row, columns, x + j * columns, values + row * columns);
        // Products and their sums, two roundings of a value, and the sums of a block's 32 numbers and of 16 lanes.
        check_near(out[j * (total + stride) + first + row], sum, size, (double)columns + 2 + 32 + 16);
      }
  }
  check_gaps(out, m, total, total + stride);
}

static void backward(const check_type *types[MATRICES], size_t m, size_t columns) {
  const size_t rows[MATRICES] = {270, 0, 5};
  ck_matrix w[MATRICES];
  const float *values[MATRICES];
  for (size_t i = 0; i < MATRICES; i++) {
    w[i] = check_stored(types[i], rows[i], columns, i);
    values[i] = check_values(&w[i], columns);
  }
  size_t total = rows[0] + rows[1] + rows[2];
  const float *grad = check_random(m * total, 5);
  float *out = check_random(m * columns, 6);
  ck_matmul_backward(m, columns, grad, MATRICES, w, out);
  for (size_t j = 0; j < m; j++)
    for (size_t k = 0; k < columns; k++) {
      double sum = 0, size = 0;
      for (size_t i = 0, first = 0; i < MATRICES; first += rows[i++])
        for (size_t row = 0; row < rows[i]; row++) {
          double term = (double)grad[j * total + first + row] * (double)values[i][row * columns + k];
          sum += term;
          size += fabs(term);
        }
      // The values are those of the definition to the last bit.
      check_near(out[j * columns + k], sum, size, (double)total + 2);
    }
}

void check_quantized(void) {
  static const char *names[CHECK_TYPES] = {"ck_matmul f32",  "ck_matmul f16",  "ck_matmul bf16", "ck_matmul q4_0",
                                           "ck_matmul q4_1", "ck_matmul q5_0", "ck_matmul q5_1", "ck_matmul q8_0",
                                           "ck_matmul q4_K", "ck_matmul q5_K", "ck_matmul q6_K"};
  static const size_t few[] = {0, 1, 2, 3, 8, 9, 20};
  for (size_t t = 0; t < CHECK_TYPES; t++) {
    check_begin(names[t]);
    const check_type *same[MATRICES] = {&check_types[t], &check_types[t], &check_types[t]};
    for (size_t i = 0; i < sizeof few / sizeof *few; i++) {
      size_t block = check_types[t].columns;
      forward(same, few[i], block == 1 ? 37 : 3 * block, 0);
      if (block < 256) forward(same, few[i], block == 1 ? 1 : block, 3);
      check_release();
    }
  }
  check_begin("ck_matmul of three types");
  const check_type *mixed[MATRICES] = {&check_types[4], &check_types[0], &check_types[1]};
  for (size_t i = 0; i < sizeof few / sizeof *few; i++) forward(mixed, few[i], 64, 1);
  check_begin("ck_matmul_backward");
  for (size_t t = 0; t < CHECK_TYPES; t++) {
    const check_type *same[MATRICES] = {&check_types[t], &check_types[t], &check_types[t]};
    for (size_t m = 0; m < 40; m += 13) backward(same, m, check_types[t].columns == 1 ? 37 : check_types[t].columns);
    check_release();
  }
  backward(mixed, 17, 64);
}
