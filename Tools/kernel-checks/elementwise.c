// Sums, products, softmax and the rotary embedding.
#include "check.h"

enum { ROWS = 3 };

static void sums_and_products(size_t columns) {
  size_t count = ROWS * columns;
  const float *x = check_random(count, 1), *y = check_random(count, 2), *bias = check_random(columns, 3);
  const float *scale = check_random(columns, 4);
  float *sum = check_random(count, 2), *biased = check_random(count, 1), *residual = check_random(count, 2);
  float *product = check_floats(count), *scaled = check_random(count, 1), *blended = check_random(count, 2);
  float *column_sums = check_random(columns, 3), *same = check_random(count, 1);
  const float factor = -0.3f, keep = 0.99f;
  ck_add(count, x, sum);
  ck_add_bias(ROWS, columns, bias, CK_ACTIVATION_NONE, biased);
  ck_add_scaled(ROWS, columns, x, bias, scale, residual);
  ck_multiply(count, x, y, product);
  ck_multiply(count, same, y, same);
  ck_scale(count, factor, scaled);
  ck_blend(count, keep, x, blended);
  ck_add_column_sums(ROWS, columns, x, column_sums);
  check_same(same, product, count * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    double a = (double)x[i], b = (double)y[i], c = (double)bias[i % columns], s = (double)scale[i % columns];
    check_near(sum[i], a + b, fabs(a + b), 1);
    check_near(biased[i], a + c, fabs(a + c), 1);
    check_near(residual[i], b + (a + c) * s, fabs(b) + (fabs(a) + fabs(c)) * fabs(s), 3);
    check_near(product[i], a * b, fabs(a * b), 1);
    check_near(scaled[i], a * (double)factor, fabs(a * (double)factor), 1);
    // 1 - keep is exact in double precision, and here as well: half of keep is below 1 and keep above it (Sterbenz).
    double kept = (double)keep;
    check_near(blended[i], b * kept + a * (1 - kept), fabs(b * kept) + fabs(a * (1 - kept)), 2);
  }
  for (size_t i = 0; i < columns; i++) {
    double total = (double)bias[i], size = fabs(total);
    for (size_t row = 0; row < ROWS; row++) {
      total += (double)x[row * columns + i];
      size += fabs((double)x[row * columns + i]);
    }
    check_near(column_sums[i], total, size, ROWS);
  }
}

static void squares(size_t count) {
  const float *x = check_random(count, 1);
  double exact = 0, found = ck_sum_of_squares(count, x);
  for (size_t i = 0; i < count; i++) exact += (double)x[i] * (double)x[i];
  // In f32 within blocks of 4096, in 16 lanes.
  check_near((float)(found - exact), 0, exact, 4096 / 16 + 16 + 2);
}

static void softmax(size_t columns) {
  size_t stride = columns + 2;
  for (int masked = 0; masked < 2; masked++) {
    float *scores = check_matrix(ROWS, columns, stride, 1);
    // What must not be seen.
    if (masked && columns > 1) scores[0] = -INFINITY;
    float *p = check_matrix(ROWS, columns, stride, 1);
    if (masked && columns > 1) p[0] = -INFINITY;
    ck_softmax_rows(ROWS, columns, p, stride);
    for (size_t row = 0; row < ROWS; row++) {
      double sum = 0;
      for (size_t i = 0; i < columns; i++) sum += exp((double)scores[row * stride + i]);
      for (size_t i = 0; i < columns; i++) {
        double exact = exp((double)scores[row * stride + i]) / sum;
        // A difference of up to 4, its exponential, the sum and the division. The exponential is nowhere less than e^-87.3.
        check_near(p[row * stride + i], exact, exact + 1e-30, 4 + 4 + (double)columns / 16 + 16 + 2 + 4);
      }
    }
    check_gaps(p, ROWS, columns, stride);
  }
}

static void rotate(size_t d, size_t turned, int interleaved) {
  enum { HEADS = 2, POSITIONS = 9 };
  size_t half = turned / 2, stride = HEADS * d + 3;
  const int positions[ROWS] = {0, 8, 3};
  float *cosines = check_floats(POSITIONS * half), *sines = check_floats(POSITIONS * half);
  for (size_t i = 0; i < POSITIONS * half; i++) cosines[i] = cosf((float)i), sines[i] = sinf((float)i);
  const float *x = check_matrix(ROWS, HEADS * d, stride, 1);
  float *there = check_matrix(ROWS, HEADS * d, stride, 1), *back = check_matrix(ROWS, HEADS * d, stride, 1);
  ck_rotate(ROWS, HEADS, d, turned, stride, positions, cosines, sines, interleaved, 0, there);
  ck_rotate(ROWS, HEADS, d, turned, stride, positions, cosines, sines, interleaved, 0, back);
  ck_rotate(ROWS, HEADS, d, turned, stride, positions, cosines, sines, interleaved, 1, back);
  for (size_t i = 0; i < ROWS * HEADS; i++) {
    size_t at = i / HEADS * stride + i % HEADS * d;
    for (size_t j = 0; j < half; j++) {
      double c = (double)cosines[(size_t)positions[i / HEADS] * half + j];
      double s = (double)sines[(size_t)positions[i / HEADS] * half + j];
      size_t first = interleaved ? 2 * j : j, second = interleaved ? 2 * j + 1 : j + half;
      double a = (double)x[at + first], b = (double)x[at + second];
      check_near(there[at + j], a * c - b * s, fabs(a * c) + fabs(b * s), 2);
      check_near(there[at + j + half], b * c + a * s, fabs(b * c) + fabs(a * s), 2);
      // There and back; a cosine and a sine are rounded, which changes lengths.
      check_near(back[at + first], a, 2 * (fabs(a) + fabs(b)), 6);
      check_near(back[at + second], b, 2 * (fabs(a) + fabs(b)), 6);
    }
    check_same(there + at + turned, x + at + turned, (d - turned) * sizeof(float));
  }
  check_gaps(there, ROWS, HEADS * d, stride);
}

void check_elementwise(void) {
  static const size_t lengths[] = {1, 3, 15, 16, 17, 31, 32, 33, 100, 1023};
  check_begin("sums, products, scales, blends, column sums");
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++, check_release()) sums_and_products(lengths[i]);
  sums_and_products(12000);
  check_begin("ck_sum_of_squares");
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) squares(lengths[i]);
  squares(0);
  squares(50001);
  check_begin("ck_softmax_rows");
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) softmax(lengths[i]);
  check_begin("ck_rotate");
  for (int interleaved = 0; interleaved < 2; interleaved++, check_release()) {
    rotate(2, 2, interleaved);
    rotate(64, 64, interleaved);
    rotate(23, 14, interleaved);
  }
}
