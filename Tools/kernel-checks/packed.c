// Products with packed matrices in f32 and bfloat16, and what may follow them.
#include "check.h"

typedef struct {
  size_t m, n, k;
  int transposed;
} shape;

static double rounded(int precision, float x) { return precision == CK_PRECISION_BF16 ? check_bfloat16(x) : (double)x; }

/// A pair of bfloat16 takes two sums, which arm64 rounds to odd: an error of up to two units each.
static double units_of(int precision, size_t k) { return (double)(precision == CK_PRECISION_BF16 ? 2 * k + 4 : k + 2); }

static ck_packed pack(int precision, const float *w, size_t n, size_t k, size_t stride, int transposed) {
  ck_packed shape = ck_packed_floats(precision, n, k);
  void *data = check_bytes(ck_packed_size(&shape));
  ck_pack(&shape, w, stride, transposed, data);
  shape.data = data;
  return shape;
}

static double product(int precision, const float *x, const float *w, size_t step, size_t k, double *size) {
  double sum = 0;
  *size = 0;
  for (size_t l = 0; l < k; l++) {
    double term = rounded(precision, x[l]) * rounded(precision, w[l * step]);
    sum += term;
    *size += fabs(term);
  }
  return sum;
}

static void plain(int precision, shape s) {
  size_t stride_x = s.k + 3, stride = s.n + 2, stride_w = (s.transposed ? s.n : s.k) + 1;
  const float *w = s.transposed ? check_matrix(s.k, s.n, stride_w, 1) : check_matrix(s.n, s.k, stride_w, 1);
  const float *x = check_matrix(s.m, s.k, stride_x, 2);
  float *out = check_matrix(s.m, s.n, stride, 3);
  ck_packed matrix = pack(precision, w, s.n, s.k, stride_w, s.transposed);
  ck_packed_product(s.m, x, stride_x, 1, &matrix, NULL, out, stride);
  for (size_t i = 0; i < s.m; i++)
    for (size_t j = 0; j < s.n; j++) {
      double size, sum = product(precision, x + i * stride_x, w + (s.transposed ? j : j * stride_w),
                                 s.transposed ? stride_w : 1, s.k, &size);
      check_near(out[i * stride + j], sum, size, units_of(precision, s.k));
    }
  check_gaps(out, s.m, s.n, stride);
}

/// Two matrices side by side, and between them one without outputs.
static void with_epilogue(int precision, int activation, int accumulate, int parts) {
  enum { M = 14, K = 35, N = 53, FIRST = 33 };
  const float *w = check_random(N * K, 1), *x = check_random(M * K, 2);
  const float *bias = check_random(N, 4), *scale = check_random(N, 5);
  float *out = check_random(M * N, 3), *before = check_random(M * N, 3);
  ck_packed matrices[3] = {pack(precision, w, FIRST, K, K, 0), pack(precision, w, 0, K, K, 0),
                           pack(precision, w + FIRST * K, N - FIRST, K, K, 0)};
  ck_epilogue epilogue = {parts & 1 ? bias : NULL, parts & 2 ? scale : NULL, activation, accumulate};
  ck_packed_product(M, x, K, 3, matrices, &epilogue, out, N);
  for (size_t i = 0; i < M; i++)
    for (size_t j = 0; j < N; j++) {
      double size, sum = product(precision, x + i * K, w + j * K, 1, K, &size), factor, slope;
      if (parts & 1) sum += (double)bias[j], size += fabs((double)bias[j]);
      check_activation(activation, sum, &factor, &slope);
      double by = parts & 2 ? (double)scale[j] : 1, old = accumulate ? (double)before[i * N + j] : 0;
      // No activation is steeper than 1.2. After it come a bias, a scale and a sum.
      check_near(out[i * N + j], sum * factor * by + old, 1.2 * size * fabs(by) + fabs(old),
                 units_of(precision, K) + CHECK_ACTIVATION_UNITS + 3);
    }
}

static void stored(int precision) {
  for (size_t t = 0; t < CHECK_TYPES; t++, check_release()) {
    size_t k = check_types[t].columns == 1 ? 37 : check_types[t].columns, n = 35;
    ck_matrix w = check_stored(&check_types[t], n, k, 6);
    ck_packed shape = ck_packed_floats(precision, n, k);
    size_t bytes = ck_packed_size(&shape);
    void *data = check_bytes(bytes), *expected = check_bytes(bytes);
    ck_pack_matrix(&shape, &w, data);
    ck_pack(&shape, check_values(&w, k), k, 0, expected);
    check_same(data, expected, bytes);
  }
}

static void threads(int precision) {
  enum { M = 600, N = 90, K = 70 };
  const float *x = check_random(M * K, 2), *w = check_random(N * K, 1);
  ck_packed matrix = pack(precision, w, N, K, K, 0);
  float *alone = check_floats(M * N), *together = check_floats(M * N);
  ck_set_threads(1);
  ck_packed_product(M, x, K, 1, &matrix, NULL, alone, N);
  ck_set_threads(3);
  ck_packed_product(M, x, K, 1, &matrix, NULL, together, N);
  check_same(together, alone, M * N * sizeof(float));
}

void check_packed(void) {
  // Rows at, below and above whole tiles, outputs that do not fill panels, and sums longer than what stays in the cache.
  static const shape shapes[] = {{16, 32, 8, 0}, {17, 33, 7, 1}, {24, 31, 64, 0}, {37, 70, 101, 1}, {25, 5, 2050, 0},
                                 {1, 1, 1, 0},   {2, 3, 0, 0},   {0, 3, 4, 0},    {3, 0, 4, 0},     {9, 64, 513, 1},
                                 {3, 40, 2, 0},  {4, 40, 3, 0},  {5, 40, 5, 0},   {6, 40, 6, 0},    {7, 40, 9, 0},
                                 {8, 40, 10, 0}, {10, 40, 11, 0}, {11, 40, 12, 0}, {300, 33, 20, 0}};
  static const char *names[] = {"ck_packed_product f32", "ck_packed_product bf16"};
  static const char *epilogues[] = {"epilogues f32", "epilogues bf16"};
  for (int precision = CK_PRECISION_F32; precision <= CK_PRECISION_BF16; precision++) {
    check_begin(names[precision]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++, check_release()) plain(precision, shapes[i]);
    check_begin(epilogues[precision]);
    for (int activation = 0; activation < CHECK_ACTIVATIONS; activation++, check_release())
      for (int parts = 0; parts < 8; parts++) with_epilogue(precision, activation, parts / 4, parts % 4);
  }
  check_begin("ck_pack_matrix packs the values");
  for (int precision = CK_PRECISION_F32; precision <= CK_PRECISION_INT8; precision++) stored(precision);
  check_begin("ck_packed_product with 1 and 3 threads");
  for (int precision = CK_PRECISION_F32; precision <= CK_PRECISION_INT8; precision++) threads(precision);
}
