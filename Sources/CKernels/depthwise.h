// Depthwise convolution of rows of pixels, [width, channels]; row_kernels.h includes this file. Lanes are channels: a vector of
// the kernel meets several pixels of the result, whose sums stay in registers.

// Pixels of the result whose sums stay in registers.
#ifndef DEPTHWISE_PIXELS
#if defined(__aarch64__)
#define DEPTHWISE_PIXELS 4
#else
#define DEPTHWISE_PIXELS 2
#endif
#endif

/// What all parts of a row have in common.
typedef struct {
  const float *x;  // the first row of the image that the kernel sees
  const float *weights, *bias;
  float *out;
  size_t channels, row;              // row: floats from one row of the image to the next
  size_t kernel, first_line, lines;  // of the kernel's rows that see the image
  floats least, most;
} depthwise_line;

/// `pixels` results of whole vectors of channels, all of whose columns the kernel sees. `kernel`, `stride` and `pixels` are
/// constants at every call.
INLINE void depthwise_inner(const size_t kernel, const size_t stride, const size_t pixels, const depthwise_line *l,
                            size_t first_column, size_t pixel, size_t channel) {
  floats sums[DEPTHWISE_PIXELS > 4 ? DEPTHWISE_PIXELS : 4];
#pragma clang loop unroll(full)
  for (size_t p = 0; p < pixels; p++) sums[p] = load(l->bias + channel);
  const size_t channels = l->channels;
  const float *x = l->x + first_column * channels + channel;
  const float *weights = l->weights + l->first_line * kernel * channels + channel;
  for (size_t line = 0; line < l->lines; line++, x += l->row, weights += kernel * channels) {
#pragma clang loop unroll(full)
    for (size_t column = 0; column < kernel; column++) {
      floats w = load(weights + column * channels);
#pragma clang loop unroll(full)
      for (size_t p = 0; p < pixels; p++) sums[p] += load(x + (p * stride + column) * channels) * w;
    }
  }
#pragma clang loop unroll(full)
  for (size_t p = 0; p < pixels; p++)
    store(l->out + (pixel + p) * channels + channel, within(l->least, sums[p], l->most));
}

/// One result of up to `vectors` vectors of channels, of which the last may have `rest` lanes; the kernel's columns
/// `begin ..< end` see the image, the first of them its column `first_column`.
INLINE void depthwise_edge(const size_t vectors, size_t rest, const depthwise_line *l, size_t begin, size_t end,
                           size_t first_column, size_t pixel, size_t channel) {
#define SOME(p, v) (rest == LANES || v + 1 < vectors ? load((p) + LANES * v) : load_some((p) + LANES * v, rest, 0))
  enum { MOST = 4 };
  floats sums[MOST];
#pragma clang loop unroll(full)
  for (size_t v = 0; v < vectors; v++) sums[v] = SOME(l->bias + channel, v);
  const size_t channels = l->channels;
  for (size_t line = 0; line < l->lines; line++) {
    const float *x = l->x + line * l->row + first_column * channels + channel;
    const float *weights = l->weights + ((l->first_line + line) * l->kernel + begin) * channels + channel;
    for (size_t column = begin; column < end; column++, x += channels, weights += channels) {
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) sums[v] += SOME(x, v) * SOME(weights, v);
    }
  }
  float *out = l->out + pixel * channels + channel;
#pragma clang loop unroll(full)
  for (size_t v = 0; v < vectors; v++) {
    floats sum = within(l->least, sums[v], l->most);
    if (rest == LANES || v + 1 < vectors) store(out + LANES * v, sum);
    else store_some(out + LANES * v, sum, rest);
  }
#undef SOME
}

/// Channels from `channel` on of one result where the kernel reaches beyond the image, or of the last lanes.
static void depthwise_pixel(const depthwise_line *l, const ck_convolution_shape *s, size_t pixel, size_t channel) {
  size_t at = pixel * s->stride, begin = at < s->left ? s->left - at : 0;
  size_t end = s->width + s->left - at < s->kernel ? s->width + s->left - at : s->kernel;
  size_t first_column = at + begin - s->left;
  for (; channel + 4 * LANES <= s->channels; channel += 4 * LANES)
    depthwise_edge(4, LANES, l, begin, end, first_column, pixel, channel);
  for (; channel + LANES <= s->channels; channel += LANES)
    depthwise_edge(1, LANES, l, begin, end, first_column, pixel, channel);
  if (channel < s->channels) depthwise_edge(1, s->channels - channel, l, begin, end, first_column, pixel, channel);
}

/// Results `begin ..< end`, all of whose columns the kernel sees, of whole vectors.
INLINE void depthwise_middle(const size_t kernel, const size_t stride, const depthwise_line *l,
                             const ck_convolution_shape *s, size_t begin, size_t end) {
  for (size_t channel = 0; channel + LANES <= s->channels; channel += LANES) {
    size_t pixel = begin;
    for (; pixel + DEPTHWISE_PIXELS <= end; pixel += DEPTHWISE_PIXELS)
      depthwise_inner(kernel, stride, DEPTHWISE_PIXELS, l, pixel * stride - s->left, pixel, channel);
    for (; DEPTHWISE_PIXELS > 4 && pixel + 4 <= end; pixel += 4)
      depthwise_inner(kernel, stride, 4, l, pixel * stride - s->left, pixel, channel);
    for (; pixel + 2 <= end; pixel += 2) depthwise_inner(kernel, stride, 2, l, pixel * stride - s->left, pixel, channel);
    for (; pixel < end; pixel++) depthwise_inner(kernel, stride, 1, l, pixel * stride - s->left, pixel, channel);
  }
}

static void depthwise_row(const ck_depthwise *c, size_t row, const float *x, float *out) {
  const ck_convolution_shape *s = &c->shape;
  size_t at = row * s->stride, first = at < s->top ? s->top - at : 0;
  size_t last = s->height + s->top - at < s->kernel ? s->height + s->top - at : s->kernel;
  int is_bounded = c->activation == CK_ACTIVATION_RELU || c->activation == CK_ACTIVATION_RELU6;
  depthwise_line l = {.x = x,
                      .weights = c->weights,
                      .bias = c->bias,
                      .out = out,
                      .channels = s->channels,
                      .row = s->width * s->channels,
                      .kernel = s->kernel,
                      .first_line = first,
                      .lines = last - first,
                      .least = spread(is_bounded ? 0 : -INFINITY),
                      .most = spread(c->activation == CK_ACTIVATION_RELU6 ? 6 : INFINITY)};
  // Results that the whole kernel sees, where one is compiled for it.
  int is_known = (s->kernel == 3 || s->kernel == 5) && (s->stride == 1 || s->stride == 2);
  size_t begin = (s->left + s->stride - 1) / s->stride;
  size_t end = s->width + s->left >= s->kernel ? (s->width + s->left - s->kernel) / s->stride + 1 : 0;
  if (end > s->out_width) end = s->out_width;
  if (!is_known || end < begin) begin = end = 0;
  if (begin < end) {
    if (s->kernel == 3 && s->stride == 1) depthwise_middle(3, 1, &l, s, begin, end);
    else if (s->kernel == 3) depthwise_middle(3, 2, &l, s, begin, end);
    else if (s->stride == 1) depthwise_middle(5, 1, &l, s, begin, end);
    else depthwise_middle(5, 2, &l, s, begin, end);
  }
  for (size_t pixel = 0; pixel < s->out_width; pixel++)
    depthwise_pixel(&l, s, pixel, pixel >= begin && pixel < end ? s->channels / LANES * LANES : 0);
}
