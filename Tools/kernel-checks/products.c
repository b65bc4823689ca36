// Products of matrices of floats.
#include "check.h"

enum { NT, NN, TN };

typedef struct {
  size_t m, n, k, gap;
} shape;

/// An element of a product, and its size.
static double element(int kind, const float *a, size_t stride_a, const float *b, size_t stride_b, size_t i, size_t j,
                      size_t k, double *size) {
  double sum = 0;
  *size = 0;
  for (size_t l = 0; l < k; l++) {
    double x = a[kind == TN ? l * stride_a + i : i * stride_a + l], y = b[kind == NT ? j * stride_b + l : l * stride_b + j];
    sum += x * y;
    *size += fabs(x * y);
  }
  return sum;
}

static void multiply(int kind, size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                     size_t stride_b, float *out, size_t stride, int accumulate) {
  switch (kind) {
    case NT: ck_gemm_nt(m, n, k, scale, a, stride_a, b, stride_b, out, stride, accumulate); break;
    case NN: ck_gemm_nn(m, n, k, a, stride_a, b, stride_b, out, stride, accumulate); break;
    default: ck_gemm_tn(m, n, k, a, stride_a, b, stride_b, out, stride, accumulate);
  }
}

static void product(int kind, shape s, float scale, int accumulate) {
  size_t m = s.m, n = s.n, k = s.k;
  size_t stride_a = (kind == TN ? m : k) + s.gap, stride_b = (kind == NT ? k : n) + s.gap, stride = n + s.gap;
  const float *a = kind == TN ? check_matrix(k, m, stride_a, 1) : check_matrix(m, k, stride_a, 1);
  const float *b = kind == NT ? check_matrix(n, k, stride_b, 2) : check_matrix(k, n, stride_b, 2);
  float *out = check_matrix(m, n, stride, 3), *before = check_matrix(m, n, stride, 3);
  multiply(kind, m, n, k, scale, a, stride_a, b, stride_b, out, stride, accumulate);
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      double size, sum = element(kind, a, stride_a, b, stride_b, i, j, k, &size) * (double)scale;
      double old = accumulate ? (double)before[i * stride + j] : 0;
      // k products and their sums, the scale, and what was there.
      check_near(out[i * stride + j], sum + old, size * fabs((double)scale) + fabs(old), (double)k + 3);
    }
  check_gaps(out, m, n, stride);
}

/// Each row and each column by itself, and all with one thread, are those of the whole, to the bit.
static void apart(int kind, size_t m, size_t n, size_t k) {
  const float *a = check_random(m * k, 1), *b = check_random(n * k, 2);
  size_t stride_a = kind == TN ? m : k, stride_b = kind == NT ? k : n;
  float *whole = check_floats(m * n), *alone = check_floats(m * n);
  multiply(kind, m, n, k, 1, a, stride_a, b, stride_b, whole, n, 0);
  ck_set_threads(1);
  multiply(kind, m, n, k, 1, a, stride_a, b, stride_b, alone, n, 0);
  ck_set_threads(3);
  check_same(alone, whole, m * n * sizeof(float));
  for (size_t i = 0; i < m; i++) {
    multiply(kind, 1, n, k, 1, a + (kind == TN ? i : i * k), stride_a, b, stride_b, alone, n, 0);
    check_same(alone, whole + i * n, n * sizeof(float));
  }
  for (size_t j = 0; j < n; j++) {
    multiply(kind, m, 1, k, 1, a, stride_a, b + (kind == NT ? j * k : j), stride_b, alone, 1, 0);
    for (size_t i = 0; i < m; i++) check_same(alone + i, whole + i * n + j, sizeof(float));
  }
}

void check_products(void) {
  static const shape shapes[] = {{1, 1, 1, 0},    {1, 7, 3, 2},    {5, 1, 9, 0},     {2, 3, 0, 1},   {0, 3, 4, 0},
                                 {3, 0, 4, 1},    {7, 17, 33, 3},  {13, 48, 65, 0},  {6, 32, 16, 0}, {12, 16, 64, 5},
                                 {50, 97, 31, 1}, {97, 50, 20, 4}, {100, 130, 70, 0}, {25, 33, 530, 1}, {3, 5, 2100, 0}};
  static const char *names[] = {"ck_gemm_nt", "ck_gemm_nn", "ck_gemm_tn"};
  for (int kind = NT; kind <= TN; kind++) {
    check_begin(names[kind]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
      for (int accumulate = 0; accumulate < 2; accumulate++) {
        product(kind, shapes[i], 1, accumulate);
        if (kind == NT) product(kind, shapes[i], -0.375f, accumulate);
        check_release();
      }
  }
  check_begin("sums do not depend on what is beside them");
  for (int kind = NT; kind <= TN; kind++, check_release()) {
    apart(kind, 33, 70, 20);
    apart(kind, 17, 41, 700);
  }
}
