// Products in 8 bits against their definition: rows rounded to 127 steps of their largest magnitude in each group, codes of
// the matrix as they are stored.
#include "check.h"

/// `[m, n]` of the definition, with sizes, for a matrix of codes of which `group` share a scale.
static void expect(size_t m, size_t n, size_t k, size_t group, float *x, const uint8_t *codes, const float *scales,
                   const float *minima, const float *out, size_t stride) {
  size_t groups = (k + group - 1) / group;
  int *rounded = malloc((k + 1) * sizeof(int));
  float *steps = malloc((groups + 1) * sizeof(float));
  for (size_t i = 0; i < m; i++) {
    check_codes(k, group, x + i * k, rounded, steps);
    for (size_t output = 0; output < n; output++) {
      double sum = 0, size = 0;
      for (size_t l = 0; l < k; l++) {
        size_t at = output * groups + l / group;
        double step = rounded[l] * (double)steps[l / group], large = (double)scales[at] * codes[output * k + l];
        sum += step * (large + (double)minima[at]);
        size += fabs(step) * (fabs(large) + fabs((double)minima[at]));
      }
      // Sums within a group are exact, or rounded once. Of a group there are the scales' products and those with the
      // sums; then sums of groups and of lanes.
      check_near(out[i * stride + output], sum, size, (double)groups + 6 + 16);
    }
  }
  free(rounded);
  free(steps);
}

/// Splits a matrix by the definition, and makes the rows of x such that no rounding is in doubt.
static void prepare(const ck_matrix *w, size_t m, size_t k, float *x, uint8_t **codes, float **scales, float **minima) {
  size_t group = ck_code_group(w->type), groups = k / group;
  *codes = check_bytes(w->rows * k);
  *scales = check_floats(w->rows * groups);
  *minima = check_floats(w->rows * groups);
  ck_split_row(w->type, w->data, *codes, *scales, *minima, w->rows * k);
  int *rounded = check_bytes(k * sizeof(int));
  float *steps = check_floats(groups);
  for (size_t i = 0; i < m; i++) check_codes(k, group, x + i * k, rounded, steps);
}

static void stored(const check_type *type, size_t m, size_t columns) {
  ck_matrix w[2] = {check_stored(type, 67, columns, 5), check_stored(type, 1, columns, 6)};
  float *x = check_random(m * columns, 7), *out = check_random(m * 68, 8);
  uint8_t *codes[2];
  float *scales[2], *minima[2];
  for (int i = 0; i < 2; i++) prepare(&w[i], m, columns, x, &codes[i], &scales[i], &minima[i]);
  ck_codes_matmul(m, columns, x, 2, w, out);
  for (size_t i = 0; i < 2; i++)
    expect(m, w[i].rows, columns, ck_code_group(type->type), x, codes[i], scales[i], minima[i], out + 67 * i, 68);
}

static void packed(const check_type *type, size_t m, size_t columns) {
  ck_matrix w = check_stored(type, 67, columns, 5);
  float *x = check_random(m * columns, 7), *out = check_random(m * 67, 8);
  uint8_t *codes;
  float *scales, *minima;
  prepare(&w, m, columns, x, &codes, &scales, &minima);
  ck_packed shape = ck_packed_codes(&w, columns);
  void *data = check_bytes(ck_packed_size(&shape));
  ck_pack_codes(&shape, &w, data);
  shape.data = data;
  ck_packed_product(m, x, columns, 1, &shape, NULL, out, 67);
  expect(m, 67, columns, ck_code_group(type->type), x, codes, scales, minima, out, 67);
}

/// Floats packed in 8 bits: each output has one scale.
static void dense(size_t m, size_t n, size_t k, int transposed) {
  ck_packed shape = ck_packed_floats(CK_PRECISION_INT8, n, k);
  float *w = check_random(n * k, 1), *x = check_random(m * k, 2), *out = check_random(m * n, 3);
  uint8_t *codes = check_bytes(n * k);
  float *scales = check_floats(n), *minima = check_floats(n), step;
  int *rounded = check_bytes(k * sizeof(int));
  for (size_t row = 0; row < n; row++) {
    check_codes(k, k, w + row * k, rounded, scales + row);
    for (size_t i = 0; i < k; i++) codes[row * k + i] = (uint8_t)(rounded[i] + 128);
    minima[row] = -128 * scales[row];
  }
  for (size_t row = 0; row < m; row++) check_codes(k, k, x + row * k, rounded, &step);
  float *turned = check_floats(n * k);
  for (size_t i = 0; i < n * k; i++) turned[i % k * n + i / k] = w[i];
  void *data = check_bytes(ck_packed_size(&shape));
  ck_pack(&shape, transposed ? turned : w, transposed ? n : k, transposed, data);
  shape.data = data;
  ck_packed_product(m, x, k, 1, &shape, NULL, out, n);
  expect(m, n, k, k, x, codes, scales, minima, out, n);
}

/// q8_0 with a scale of 1 and codes -128 or 127, which meet 127 and -127.
static void extremes(void) {
  enum { COLUMNS = 64, BLOCK = 34 };
  uint8_t *data = check_bytes(4 * BLOCK);
  for (size_t b = 0; b < 4; b++) {
    data[b * BLOCK] = 0x00, data[b * BLOCK + 1] = 0x3C;
    memset(data + b * BLOCK + 2, b < 2 ? 0x80 : 0x7F, 32);
  }
  ck_matrix w = {data, 2, 2 * BLOCK, CK_TYPE_Q8_0};
  for (size_t m = 1; m < 14; m += 6)
    for (float sign = -1; sign < 2; sign += 2) {
      float *x = check_floats(m * COLUMNS), *out = check_floats(2 * m);
      for (size_t i = 0; i < m * COLUMNS; i++) x[i] = sign * 127;
      ck_codes_matmul(m, COLUMNS, x, 1, &w, out);
      for (size_t i = 0; i < m; i++) {
        check_that(out[2 * i] == sign * -128 * 127 * COLUMNS);
        check_that(out[2 * i + 1] == sign * 127 * 127 * COLUMNS);
      }
    }
}

static void special(const check_type *type, float value) {
  size_t columns = 2 * type->columns;
  ck_matrix w = check_stored(type, 5, columns, 10);
  for (size_t m = 2; m < 12; m += 8) {
    float *x = check_random(m * columns, 11), *out = check_floats(m * 5);
    x[columns + 6] = value;
    ck_codes_matmul(m, columns, x, 1, &w, out);
    for (size_t i = 0; i < m * 5; i++) check_that(i / 5 == 1 ? !isfinite(out[i]) : isfinite(out[i]));
  }
}

static void threads(void) {
  ck_matrix w = check_stored(&check_types[4], 300, 576, 13);
  for (size_t m = 1; m < 110; m += 4 * m) {
    const float *x = check_random(m * 576, 14);
    float *alone = check_floats(m * 300), *together = check_floats(m * 300);
    ck_set_threads(1);
    ck_codes_matmul(m, 576, x, 1, &w, alone);
    ck_set_threads(3);
    ck_codes_matmul(m, 576, x, 1, &w, together);
    check_same(together, alone, m * 300 * sizeof(float));
  }
}

void check_codes_products(void) {
  static const char *names[] = {"ck_codes_matmul q4_0", "ck_codes_matmul q4_1", "ck_codes_matmul q5_0",
                                "ck_codes_matmul q5_1", "ck_codes_matmul q8_0", "ck_codes_matmul q4_K",
                                "ck_codes_matmul q5_K", "ck_codes_matmul q6_K"};
  static const char *packed_names[] = {"ck_pack_codes q4_0", "ck_pack_codes q4_1", "ck_pack_codes q5_0",
                                       "ck_pack_codes q5_1", "ck_pack_codes q8_0", "ck_pack_codes q4_K",
                                       "ck_pack_codes q5_K", "ck_pack_codes q6_K"};
  static const size_t counts[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 40};
  for (size_t t = CHECK_FIRST_QUANTIZED; t < CHECK_TYPES; t++) {
    const check_type *type = &check_types[t];
    check_begin(names[t - CHECK_FIRST_QUANTIZED]);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++, check_release())
      for (size_t blocks = 1; blocks < 4; blocks++) stored(type, counts[i], blocks * type->columns);
    stored(type, 0, type->columns);
    check_begin(packed_names[t - CHECK_FIRST_QUANTIZED]);
    for (size_t i = 7; i < sizeof counts / sizeof *counts; i++, check_release())
      packed(type, counts[i], type->columns == 256 ? 256 : 160);
    packed(type, 300, type->columns);
  }
  check_begin("ck_pack in 8 bits");
  for (int transposed = 0; transposed < 2; transposed++, check_release()) {
    dense(13, 33, 70, transposed);
    dense(1, 1, 1, transposed);
    dense(25, 31, 1023, transposed);
    dense(4, 64, 16, transposed);
  }
  check_begin("largest codes neither overflow nor saturate");
  extremes();
  check_begin("rows that hold no number give none");
  for (size_t t = CHECK_FIRST_QUANTIZED; t < CHECK_TYPES; t++, check_release()) {
    special(&check_types[t], NAN);
    special(&check_types[t], INFINITY);
  }
  check_begin("ck_codes_matmul with 1 and 3 threads");
  threads();
}
