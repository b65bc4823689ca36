// Activations, their slopes and their gates.
#include "check.h"

#include <stdio.h>

static void logistic(double x, double exponent, double derivative, double *factor, double *slope) {
  double share = 1 / (1 + exp(-exponent)), rest = 1 / (1 + exp(exponent));
  *factor = share;
  *slope = share + (rest == 0 || share == 0 ? 0 : x * share * rest * derivative);
}

void check_activation(int kind, double x, double *factor, double *slope) {
  double c = 2 * sqrt(2 / M_PI);
  switch (kind) {
    case CK_ACTIVATION_GELU:
      *factor = erfc(-x / sqrt(2)) / 2;
      *slope = *factor + x * exp(-x * x / 2) / sqrt(2 * M_PI);
      break;
    case CK_ACTIVATION_GELU_TANH:
      logistic(x, c * (x + 0.044715 * x * x * x), c * (1 + 3 * 0.044715 * x * x), factor, slope);
      break;
    case CK_ACTIVATION_QUICK_GELU: logistic(x, 1.702 * x, 1.702, factor, slope); break;
    case CK_ACTIVATION_RELU: *factor = *slope = x > 0; break;
    case CK_ACTIVATION_SILU: logistic(x, x, 1, factor, slope); break;
    case CK_ACTIVATION_RELU6: *factor = x > 6 ? 6 / x : x > 0, *slope = x > 0 && x < 6; break;
    default: *factor = *slope = 1;
  }
}

enum { LINE = 1209 };

/// Whole registers and a part of one, from where results vanish through 0 to where they are x, and far beyond.
static float *line(void) {
  static const float far[] = {-1e30f, -1e4f, -30, -0.0f, 1e-7f, -1e-7f, 30, 1e4f};
  float *x = check_floats(LINE);
  for (int i = 0; i <= 1200; i++) x[i] = (float)(i - 600) / 50;
  memcpy(x + 1201, far, sizeof far);
  return x;
}

static void values(int kind) {
  const float *x = line();
  float *out = check_floats(LINE), factor_of_bias = 0.5f, *biased = line(), *bias = check_floats(LINE);
  ck_activate(kind, LINE, x, out);
  for (size_t i = 0; i < LINE; i++) bias[i] = factor_of_bias;
  ck_add_bias(1, LINE, bias, kind, biased);
  double factor, slope;
  for (size_t i = 0; i < LINE; i++) {
    check_activation(kind, (double)x[i], &factor, &slope);
    check_near(out[i], (double)x[i] * factor, fabs((double)x[i]), CHECK_ACTIVATION_UNITS);
    float moved = x[i] + factor_of_bias;
    check_activation(kind, (double)moved, &factor, &slope);
    check_near(biased[i], (double)moved * factor, fabs((double)moved), CHECK_ACTIVATION_UNITS);
  }
  float *special = check_floats(2), *activated = check_floats(2);
  special[0] = NAN, special[1] = 1;
  ck_activate(kind, 2, special, activated);
  check_that(isnan(activated[0]) && !isnan(activated[1]));
}

static void slopes(int kind) {
  const float *x = line(), *grad = check_random(LINE, 2);
  float *out = check_floats(LINE);
  ck_activate_backward(kind, LINE, x, grad, out);
  for (size_t i = 0; i < LINE; i++) {
    double factor, slope;
    check_activation(kind, (double)x[i], &factor, &slope);
    // x times a slope of the logistic function is up to some units of 1 as well.
    check_near(out[i], (double)grad[i] * slope, fabs((double)grad[i]), 2 * CHECK_ACTIVATION_UNITS);
  }
}

static void gates(int kind) {
  static const size_t widths[] = {1, 3, 16, 17, 1023};
  for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
    size_t width = widths[w], rows = 3;
    const float *both = check_random(rows * 2 * width, 1), *grad = check_random(rows * width, 2);
    float *out = check_floats(rows * width), *back = check_floats(rows * 2 * width);
    ck_gate(kind, rows, width, both, out);
    ck_gate_backward(kind, rows, width, both, grad, back);
    for (size_t i = 0; i < rows * width; i++) {
      size_t at = i / width * 2 * width + i % width;
      double gate = (double)both[at], up = (double)both[at + width], g = (double)grad[i], factor, slope;
      check_activation(kind, gate, &factor, &slope);
      check_near(out[i], gate * factor * up, fabs(gate * up), CHECK_ACTIVATION_UNITS + 1);
      check_near(back[at], g * up * slope, fabs(g * up), 2 * CHECK_ACTIVATION_UNITS + 2);
      check_near(back[at + width], g * gate * factor, fabs(g * gate), CHECK_ACTIVATION_UNITS + 1);
    }
  }
}

static void hyperbolic_tangent(void) {
  const float *x = line(), *grad = check_random(LINE, 2);
  float *out = check_floats(LINE), *back = check_floats(LINE);
  ck_tanh(LINE, x, out);
  ck_tanh_backward(LINE, out, grad, back);
  for (size_t i = 0; i < LINE; i++) {
    double y = (double)out[i];
    // The C library's, good to 2 in the last place.
    check_near(out[i], tanh((double)x[i]), fabs(tanh((double)x[i])), 4);
    check_near(back[i], (double)grad[i] * (1 - y * y), fabs((double)grad[i]) * (1 + y * y), 3);
  }
}

void check_activations(void) {
  static const char *kinds[CHECK_ACTIVATIONS] = {"none", "GELU", "GELU by tanh", "quick GELU", "ReLU", "SiLU", "ReLU6"};
  static char name[64];
  for (int kind = 0; kind < CHECK_ACTIVATIONS; kind++) {
    check_end();
    snprintf(name, sizeof name, "ck_activate, ck_add_bias: %s", kinds[kind]);
    check_begin(name);
    values(kind);
    check_end();
    snprintf(name, sizeof name, "ck_activate_backward: %s", kinds[kind]);
    check_begin(name);
    slopes(kind);
    check_end();
    snprintf(name, sizeof name, "ck_gate, ck_gate_backward: %s", kinds[kind]);
    check_begin(name);
    gates(kind);
  }
  check_begin("ck_tanh, ck_tanh_backward");
  hyperbolic_tangent();
}
