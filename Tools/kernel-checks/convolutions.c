// Convolutions over images.
#include "check.h"

/// What TensorFlow's documentation says of "same" padding, in other words than the kernels'.
static size_t padding_before(size_t side, size_t kernel, size_t stride) {
  size_t covered = side % stride == 0 ? stride : side % stride;
  return kernel > covered ? (kernel - covered) / 2 : 0;
}

static void shapes(void) {
  for (size_t side = 1; side < 20; side++)
    for (size_t kernel = 1; kernel < 8; kernel++)
      for (size_t stride = 1; stride < 4; stride++) {
        ck_convolution_shape s = ck_same_convolution(2, side, side + 1, 3, kernel, stride);
        check_that(s.out_height == (side + stride - 1) / stride && s.out_width == side / stride + 1);
        check_that(s.top == padding_before(side, kernel, stride));
        check_that(s.left == padding_before(side + 1, kernel, stride));
      }
}

/// Adds the product of a tap to a sum and to the size of what is added up.
static void add_tap(double x, double w, double *sum, double *size) {
  *sum += x * w;
  *size += fabs(x * w);
}

static double bounded(int activation, double x) {
  double factor, slope;
  check_activation(activation, x, &factor, &slope);
  return x * factor;
}

static void depthwise(size_t height, size_t width, size_t channels, size_t kernel, size_t stride, int activation) {
  enum { IMAGES = 2 };
  ck_convolution_shape s = ck_same_convolution(IMAGES, height, width, channels, kernel, stride);
  const float *x = check_random(IMAGES * height * width * channels, 1);
  const float *weights = check_random(kernel * kernel * channels, 2), *bias = check_random(channels, 3);
  size_t count = IMAGES * s.out_height * s.out_width * channels;
  float *out = check_floats(count), *alone = check_floats(count);
  ck_depthwise c = {s, x, weights, bias, activation, out};
  ck_depthwise_convolution(&c);
  // A row of the result is the same wherever it is computed.
  ck_set_threads(1);
  c.out = alone;
  ck_depthwise_convolution(&c);
  ck_set_threads(3);
  check_same(out, alone, count * sizeof(float));
  for (size_t i = 0; i < count; i++) {
    size_t channel = i % channels, column = i / channels % s.out_width, row = i / channels / s.out_width % s.out_height;
    size_t image = i / channels / s.out_width / s.out_height;
    double sum = (double)bias[channel], size = fabs(sum);
    for (size_t tap = 0; tap < kernel * kernel; tap++) {
      ptrdiff_t y = (ptrdiff_t)(row * stride + tap / kernel) - (ptrdiff_t)padding_before(height, kernel, stride);
      ptrdiff_t at = (ptrdiff_t)(column * stride + tap % kernel) - (ptrdiff_t)padding_before(width, kernel, stride);
      if (y < 0 || at < 0 || y >= (ptrdiff_t)height || at >= (ptrdiff_t)width) continue;
      add_tap((double)x[((image * height + (size_t)y) * width + (size_t)at) * channels + channel],
              (double)weights[tap * channels + channel], &sum, &size);
    }
    check_near(out[i], bounded(activation, sum), size,
               (double)(2 * kernel * kernel + 1 + CHECK_ACTIVATION_UNITS));
  }
}

static void planes(size_t height, size_t width, size_t channels, size_t kernel, size_t stride, size_t outputs) {
  enum { IMAGES = 2 };
  ck_convolution_shape s = ck_same_convolution(IMAGES, height, width, channels, kernel, stride);
  size_t taps = channels * kernel * kernel, count = IMAGES * s.out_height * s.out_width * outputs;
  const float *x = check_random(IMAGES * channels * height * width, 1), *weights = check_random(outputs * taps, 2);
  const float *bias = check_random(outputs, 3);
  ck_packed matrix = ck_packed_floats(CK_PRECISION_F32, outputs, taps);
  void *data = check_bytes(ck_packed_size(&matrix));
  ck_pack(&matrix, weights, taps, 0, data);
  matrix.data = data;
  ck_epilogue epilogue = {.bias = bias, .activation = CK_ACTIVATION_RELU6};
  float *out = check_floats(count);
  ck_plane_convolution(&s, x, &matrix, &epilogue, out);
  for (size_t i = 0; i < count; i++) {
    size_t output = i % outputs, column = i / outputs % s.out_width, row = i / outputs / s.out_width % s.out_height;
    size_t image = i / outputs / s.out_width / s.out_height;
    double sum = (double)bias[output], size = fabs(sum);
    for (size_t tap = 0; tap < taps; tap++) {
      size_t channel = tap / (kernel * kernel), inside = tap % (kernel * kernel);
      ptrdiff_t y = (ptrdiff_t)(row * stride + inside / kernel) - (ptrdiff_t)padding_before(height, kernel, stride);
      ptrdiff_t at = (ptrdiff_t)(column * stride + inside % kernel) - (ptrdiff_t)padding_before(width, kernel, stride);
      if (y < 0 || at < 0 || y >= (ptrdiff_t)height || at >= (ptrdiff_t)width) continue;
      add_tap((double)x[((image * channels + channel) * height + (size_t)y) * width + (size_t)at],
              (double)weights[output * taps + tap], &sum, &size);
    }
    check_near(out[i], bounded(CK_ACTIVATION_RELU6, sum), size, (double)(2 * taps + 1));
  }
}

static ck_packed packed(int precision, size_t outputs, size_t inputs, uint64_t seed) {
  ck_packed matrix = ck_packed_floats(precision, outputs, inputs);
  void *data = check_bytes(ck_packed_size(&matrix));
  ck_pack(&matrix, check_random(outputs * inputs, seed), inputs, 0, data);
  matrix.data = data;
  return matrix;
}

/// Strips give what the steps one after the other give.
static void strips(int precision, size_t height, size_t width, size_t inputs, size_t channels, size_t outputs,
                   size_t kernel, size_t stride) {
  enum { IMAGES = 2 };
  int is_widened = inputs != channels, adds = stride == 1 && inputs == outputs;
  ck_convolution_shape s = ck_same_convolution(IMAGES, height, width, channels, kernel, stride);
  size_t pixels = IMAGES * height * width, out_pixels = IMAGES * s.out_height * s.out_width;
  const float *x = check_random(pixels * inputs, 1), *bias = check_random(channels, 4);
  ck_packed expand = packed(precision, channels, inputs, 2), project = packed(precision, outputs, channels, 3);
  ck_epilogue after_expand = {.bias = check_random(channels, 5), .activation = CK_ACTIVATION_RELU6};
  ck_epilogue after_project = {.bias = check_random(outputs, 6), .accumulate = adds};
  ck_depthwise convolution = {s, x, check_random(kernel * kernel * channels, 7), bias, CK_ACTIVATION_RELU6, NULL};
  float *found = check_random(out_pixels * outputs, 8), *expected = check_random(out_pixels * outputs, 8);
  float *widened = check_floats(pixels * channels), *convolved = check_floats(out_pixels * channels);
  if (is_widened) {
    ck_packed_product(pixels, x, inputs, 1, &expand, &after_expand, widened, channels);
    convolution.x = widened;
  }
  convolution.out = convolved;
  ck_depthwise_convolution(&convolution);
  ck_packed_product(out_pixels, convolved, channels, 1, &project, &after_project, expected, outputs);
  ck_inverted_residual block = {convolution, is_widened ? &expand : NULL, after_expand, &project, after_project, x, found};
  ck_inverted_residual_strips(&block);
  check_same(found, expected, out_pixels * outputs * sizeof(float));
}

void check_convolutions(void) {
  check_begin("\"same\" padding");
  shapes();
  check_begin("ck_depthwise_convolution");
  static const size_t channels[] = {1, 3, 16, 17, 33, 64, 100};
  static const size_t sides[] = {1, 2, 4, 5, 9, 12, 17};
  for (size_t c = 0; c < sizeof channels / sizeof *channels; c++)
    for (size_t side = 0; side < sizeof sides / sizeof *sides; side++)
      for (size_t kernel = 1; kernel < 8; kernel += 2)
        for (size_t stride = 1; stride < 4; stride++, check_release())
          depthwise(sides[side], sides[(side + c) % 7], channels[c], kernel, stride, CK_ACTIVATION_RELU6);
  for (int activation = 0; activation < CHECK_ACTIVATIONS; activation++, check_release())
    depthwise(7, 6, 20, 3, 1, activation);
  depthwise(40, 60, 48, 5, 2, CK_ACTIVATION_NONE);
  check_begin("ck_plane_convolution");
  for (size_t side = 0; side < sizeof sides / sizeof *sides; side++)
    for (size_t stride = 1; stride < 3; stride++, check_release()) {
      planes(sides[side], sides[(side + 2) % 7], 3, 3, stride, 32);
      planes(sides[side], sides[(side + 3) % 7], 2, 5, stride, 37);
    }
  planes(61, 90, 3, 3, 2, 32);
  check_begin("ck_inverted_residual_strips");
  for (int precision = CK_PRECISION_F32; precision <= CK_PRECISION_INT8; precision++)
    for (size_t kernel = 3; kernel < 6; kernel += 2)
      for (size_t stride = 1; stride < 3; stride++, check_release()) {
        strips(precision, 1, 1, 8, 48, 8, kernel, stride);
        strips(precision, 9, 7, 24, 24, 10, kernel, stride);
        // Rows so long that a strip has some of them, or one.
        strips(precision, 23, 40, 10, 600, 10, kernel, stride);
        strips(precision, 6, 90, 7, 1500, 12, kernel, stride);
      }
}
