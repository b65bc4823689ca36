// The loss and the step of the optimiser.
#include "check.h"

enum { ROWS = 3 };

static void cross_entropy(size_t count) {
  const float smoothing = 0.1f, scale = 0.25f, *z = check_random(ROWS * count, 1);
  const int targets[ROWS] = {0, (int)count / 2, (int)count - 1};
  float *gradients = check_random(ROWS * count, 1), *losses = check_floats(ROWS);
  const float weights[ROWS] = {1, -0.5f, 2};
  ck_cross_entropy(ROWS, count, targets, weights, smoothing, scale, gradients, losses);
  double share = (double)smoothing;
  for (size_t row = 0; row < ROWS; row++) {
    double sum = 0, mean = 0, mean_size = 0, top = -INFINITY;
    for (size_t i = 0; i < count; i++) {
      double v = (double)z[row * count + i];
      sum += exp(v);
      mean += v / (double)count;
      mean_size += fabs(v) / (double)count;
      top = fmax(top, v);
    }
    double at_target = (double)z[row * count + (size_t)targets[row]];
    // A difference of up to 4, its exponential, sums in 16 lanes and of the lanes, and the division.
    double units = 4 + 4 + (double)count / 16 + 16 + 2 + 4;
    // An error of the sum is one of its logarithm times 1.
    double size = 1 + fabs(top) + fabs(log(sum) - top) + fabs(at_target) + mean_size;
    // One product more.
    double weight = (double)weights[row], scaled = weight * (double)scale;
    check_near(losses[row], weight * (log(sum) - (1 - share) * at_target - share * mean), fabs(weight) * size, units + 5);
    for (size_t i = 0; i < count; i++) {
      double p = exp((double)z[row * count + i]) / sum, target = share / (double)count;
      if (i == (size_t)targets[row]) target += 1 - share;
      check_near(gradients[row * count + i], scaled * (p - target), fabs(scaled) * (p + target), units + 5);
    }
  }
}

static void adamw(size_t count) {
  const ck_adamw_step s = {0.5f, 0.99f, 0.9f, 0.98f, 0.02f, 1.5f, 1e-3f};
  const float *grad = check_random(count, 1), *p0 = check_random(count, 2), *m0 = check_random(count, 3);
  float *v0 = check_random(count, 4), *p = check_random(count, 2), *m = check_random(count, 3), *v = check_random(count, 4);
  for (size_t i = 0; i < count; i++) v0[i] = v[i] = fabsf(v[i]);
  ck_adamw(count, &s, grad, p, m, v);
  for (size_t i = 0; i < count; i++) {
    double g = (double)grad[i] * (double)s.gradient_scale, beta1 = (double)s.beta1, beta2 = (double)s.beta2;
    double old = (double)m0[i], square = (double)v0[i];
    double first = beta1 * old + (1 - beta1) * g, second = beta2 * square + (1 - beta2) * g * g;
    // 1 - β is exact in float (Sterbenz): products and a sum are rounded.
    double first_size = beta1 * fabs(old) + (1 - beta1) * fabs(g);
    check_near(m[i], first, first_size, 3);
    check_near(v[i], second, second, 4);
    double deviation = sqrt(second) * (double)s.second_correction + (double)s.epsilon, step = (double)s.step_size / deviation;
    // The moments, a root, a product, a sum, a division, a product and the difference.
    check_near(p[i], (double)p0[i] * (double)s.decay - first * step, fabs((double)p0[i]) + first_size * step, 3 + 2 + 6);
  }
}

void check_optimizer(void) {
  static const size_t lengths[] = {1, 3, 15, 16, 17, 31, 32, 33, 100, 1023, 40001};
  check_begin("ck_cross_entropy");
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++, check_release()) cross_entropy(lengths[i]);
  check_begin("ck_adamw");
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++, check_release()) adamw(lengths[i]);
}
