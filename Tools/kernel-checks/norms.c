// Layer norm and RMS norm, and back through them.
#include "check.h"

enum { ROWS = 3 };

/// One row in double precision.
typedef struct {
  double mean, magnitude, scale;  // of x, of |x|, one over the deviation or the root of the mean square
} statistics;

static statistics statistics_of(size_t columns, const float *x, double epsilon, int centred) {
  statistics s = {0, 0, 0};
  for (size_t i = 0; i < columns; i++) {
    if (centred) s.mean += (double)x[i] / (double)columns, s.magnitude += fabs((double)x[i]) / (double)columns;
  }
  double squares = 0;
  for (size_t i = 0; i < columns; i++) squares += pow((double)x[i] - s.mean, 2) / (double)columns;
  s.scale = 1 / sqrt(squares + epsilon);
  return s;
}

/// Roundings of a mean over columns: sums in 16 lanes, of the lanes, and some products.
static double mean_units(size_t columns) { return (double)columns / 16 + 16 + 4; }

static void forward(size_t columns, int centred) {
  const float epsilon = 1e-2f, *weight = check_random(columns, 2), *bias = check_random(columns, 3);
  float *x = check_random(ROWS * columns, 1), *out = check_floats(ROWS * columns);
  for (size_t i = 0; i < columns; i++) x[i] += 3;  // a row with a mean
  if (centred) ck_layer_norm(ROWS, columns, x, weight, bias, epsilon, out);
  else ck_rms_norm(ROWS, columns, x, weight, epsilon, out);
  for (size_t i = 0; i < ROWS * columns; i++) {
    statistics s = statistics_of(columns, x + i / columns * columns, (double)epsilon, centred);
    double w = (double)weight[i % columns], b = centred ? (double)bias[i % columns] : 0;
    // x and the mean, which errs by a mean's roundings of |x|; the scale errs by half of the mean square's.
    double size = (fabs((double)x[i]) + s.magnitude) * s.scale * fabs(w) + fabs(b);
    check_near(out[i], ((double)x[i] - s.mean) * s.scale * w + b, size, 1.5 * mean_units(columns) + 8);
  }
  // In place.
  if (centred) ck_layer_norm(ROWS, columns, x, weight, bias, epsilon, x);
  else ck_rms_norm(ROWS, columns, x, weight, epsilon, x);
  check_same(x, out, ROWS * columns * sizeof(float));
}

static void backward(size_t columns, int centred, int parameters) {
  const float epsilon = 1e-2f, *weight = check_random(columns, 2), *x = check_random(ROWS * columns, 1);
  const float *grad = check_random(ROWS * columns, 3), *weight_before = check_random(columns, 4);
  const float *bias_before = check_random(columns, 5);
  float *grad_x = check_floats(ROWS * columns), *grad_weight = check_random(columns, 4), *grad_bias = check_random(columns, 5);
  float *to = parameters ? grad_weight : NULL;
  if (centred) ck_layer_norm_backward(ROWS, columns, x, weight, epsilon, grad, grad_x, to, parameters ? grad_bias : NULL);
  else ck_rms_norm_backward(ROWS, columns, x, weight, epsilon, grad, grad_x, to);
  statistics s[ROWS];
  for (size_t row = 0; row < ROWS; row++) {
    const float *g = grad + row * columns, *own = x + row * columns;
    s[row] = statistics_of(columns, own, (double)epsilon, centred);
    double mean = 0, along = 0, mean_size = 0, along_size = 0, scale = s[row].scale;
    for (size_t i = 0; i < columns; i++) {
      double product = (double)g[i] * (double)weight[i] / (double)columns, normal = ((double)own[i] - s[row].mean) * scale;
      mean += product;
      mean_size += fabs(product);
      along += product * normal;
      along_size += fabs(product * normal);
    }
    if (!centred) mean = mean_size = 0;
    // The mean of x errs by a mean's roundings of |x|, which moves each normal number by so much.
    double moved = s[row].magnitude * scale;
    for (size_t i = 0; i < columns; i++) {
      double product = (double)g[i] * (double)weight[i], normal = ((double)own[i] - s[row].mean) * scale;
      double size = fabs(product) + mean_size + fabs(normal) * along_size + moved * (mean_size * fabs(normal) + along_size);
      // Three means, and the scale three times.
      check_near(grad_x[row * columns + i], (product - mean - normal * along) * scale, size * scale,
                 3 * mean_units(columns) + 16);
    }
  }
  for (size_t i = 0; i < columns; i++) {
    double sum = (double)weight_before[i], size = fabs(sum), bias = (double)bias_before[i], bias_size = fabs(bias);
    for (size_t row = 0; row < ROWS && parameters; row++) {
      double g = (double)grad[row * columns + i], normal = ((double)x[row * columns + i] - s[row].mean) * s[row].scale;
      sum += g * normal;
      size += fabs(g) * (fabs(normal) + s[row].magnitude * s[row].scale);
      bias += g;
      bias_size += fabs(g);
    }
    check_near(grad_weight[i], sum, size, 1.5 * mean_units(columns) + ROWS + 4);
    check_near(grad_bias[i], centred ? bias : (double)bias_before[i], bias_size, ROWS);
  }
}

void check_norms(void) {
  static const size_t lengths[] = {1, 3, 15, 16, 17, 31, 32, 33, 64, 100, 1023};
  static const char *names[2][2] = {{"ck_rms_norm", "ck_rms_norm_backward"}, {"ck_layer_norm", "ck_layer_norm_backward"}};
  for (int centred = 0; centred < 2; centred++) {
    check_begin(names[centred][0]);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++, check_release()) forward(lengths[i], centred);
    check_begin(names[centred][1]);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++, check_release())
      for (int parameters = 0; parameters < 2; parameters++) backward(lengths[i], centred, parameters);
  }
}
