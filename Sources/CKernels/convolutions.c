// Convolutions over images, row by row of the result.
#include <string.h>

#include "CKernels.h"
#include "scratch.h"
#include "table.h"

static size_t same_side(size_t side, size_t kernel, size_t stride, size_t *before) {
  size_t out = (side + stride - 1) / stride, reach = out ? (out - 1) * stride + kernel : 0;
  *before = reach > side ? (reach - side) / 2 : 0;
  return out;
}

ck_convolution_shape ck_same_convolution(size_t images, size_t height, size_t width, size_t channels, size_t kernel,
                                         size_t stride) {
  ck_convolution_shape shape = {
      .images = images, .height = height, .width = width, .channels = channels, .kernel = kernel, .stride = stride};
  shape.out_height = same_side(height, kernel, stride, &shape.top);
  shape.out_width = same_side(width, kernel, stride, &shape.left);
  return shape;
}

/// Rows of the image that the kernel sees at rows `begin ..< end` of the result.
static size_t first_seen(const ck_convolution_shape *s, size_t begin) {
  return begin * s->stride > s->top ? begin * s->stride - s->top : 0;
}

static size_t end_of_seen(const ck_convolution_shape *s, size_t end) {
  size_t seen = (end - 1) * s->stride + s->kernel - s->top;
  return seen < s->height ? seen : s->height;
}

/// Row `row` of the result. `x` is at row `first` of the image.
static void convolve_row(const ck_depthwise *c, size_t row, const float *x, size_t first, float *out) {
  const ck_convolution_shape *s = &c->shape;
  const ck_table *kernels = ck_kernels();
  int is_bounded = c->activation == CK_ACTIVATION_NONE || c->activation == CK_ACTIVATION_RELU ||
                   c->activation == CK_ACTIVATION_RELU6;
  kernels->depthwise_row(c, row, x + (first_seen(s, row) - first) * s->width * s->channels, out);
  if (!is_bounded) kernels->activate(c->activation, s->out_width * s->channels, out, out);
}

/// Index = image * rows of the result + row.
static void depthwise_part(void *context, size_t begin, size_t end) {
  const ck_depthwise *c = context;
  const ck_convolution_shape *s = &c->shape;
  size_t image = s->height * s->width * s->channels, out_row = s->out_width * s->channels;
  for (size_t index = begin; index < end; index++)
    convolve_row(c, index % s->out_height, c->x + index / s->out_height * image, 0, c->out + index * out_row);
}

void ck_depthwise_convolution(const ck_depthwise *convolution) {
  const ck_convolution_shape *s = &convolution->shape;
  size_t work = s->out_width * s->channels * s->kernel * s->kernel;
  // Below some 400,000 multiplications waking a thread costs more than it brings.
  ck_parallel_for(s->images * s->out_height, 400000 / (work + 1) + 1, depthwise_part, (void *)convolution);
}

typedef struct {
  const ck_convolution_shape *shape;
  const float *x;
  const ck_packed *matrix;
  const ck_epilogue *epilogue;
  float *out;
} plane_work;

/// One line of what the kernel sees at each pixel of a row of the result: `k` numbers of `line`, NULL for zeros, at each
/// `taps` of `out`. `k` is a constant where that is known.
static inline __attribute__((always_inline)) void unfold_line(const ck_convolution_shape *s, const size_t k,
                                                              const float *line, size_t taps, float *out) {
  for (size_t i = 0; i < s->out_width; i++, out += taps) {
    size_t at = i * s->stride;
    if (line && at >= s->left && at - s->left + k <= s->width) {
      for (size_t column = 0; column < k; column++) out[column] = line[at - s->left + column];
    } else {
      for (size_t column = 0; column < k; column++) {
        size_t place = at + column;
        out[column] = line && place >= s->left && place - s->left < s->width ? line[place - s->left] : 0;
      }
    }
  }
}

/// What the kernel sees at each pixel of row `row` of the result: `[out_width, channels * kernel * kernel]`.
static void unfold_row(const ck_convolution_shape *s, const float *x, size_t row, float *out) {
  size_t k = s->kernel, taps = s->channels * k * k;
  for (size_t line = 0; line < s->channels * k; line++) {
    size_t y = row * s->stride + line % k;
    int is_inside = y >= s->top && y - s->top < s->height;
    const float *source = is_inside ? x + (line / k * s->height + y - s->top) * s->width : NULL;
    if (k == 3) unfold_line(s, 3, source, taps, out + line * k);
    else unfold_line(s, k, source, taps, out + line * k);
  }
}

static void plane_part(void *context, size_t begin, size_t end) {
  const plane_work *w = context;
  const ck_convolution_shape *s = w->shape;
  size_t taps = s->channels * s->kernel * s->kernel, plane = s->channels * s->height * s->width;
  float *unfolded = ck_take(s->out_width * taps * sizeof(float));
  for (size_t index = begin; index < end; index++) {
    unfold_row(s, w->x + index / s->out_height * plane, index % s->out_height, unfolded);
    ck_packed_product(s->out_width, unfolded, taps, 1, w->matrix, w->epilogue,
                      w->out + index * s->out_width * w->matrix->n, w->matrix->n);
  }
  ck_give(unfolded);
}

void ck_plane_convolution(const ck_convolution_shape *shape, const float *x, const ck_packed *matrix,
                          const ck_epilogue *epilogue, float *out) {
  plane_work w = {shape, x, matrix, epilogue, out};
  size_t work = shape->out_width * matrix->n * matrix->k;
  ck_parallel_for(shape->images * shape->out_height, 400000 / (work + 1) + 1, plane_part, &w);
}

// Bytes of widened rows that stay in a core's second-level cache beside a panel of a matrix and what goes by.
enum { STRIP_BYTES = 512 << 10 };

/// Widened rows that lie one after the other.
typedef struct {
  float *rows;
  size_t first, end;  // which they are of the image
} strip;

/// Rows `begin ..< end` of an image, of which the strip may have the first ones.
static void expand_rows(const ck_inverted_residual *b, const float *x, size_t begin, size_t end, strip *strip) {
  const ck_convolution_shape *s = &b->depthwise.shape;
  size_t row = s->width * s->channels, inputs = b->expand->k, kept = 0;
  if (strip->end > begin) {
    kept = strip->end - begin;
    memmove(strip->rows, strip->rows + (begin - strip->first) * row, kept * row * sizeof(float));
  }
  strip->first = begin;
  strip->end = end;
  ck_packed_product((end - begin - kept) * s->width, x + (begin + kept) * s->width * inputs, inputs, 1, b->expand,
                    &b->after_expand, strip->rows + kept * row, s->channels);
}

/// Rows of the result in a strip.
static size_t strip_height(const ck_inverted_residual *b) {
  const ck_convolution_shape *s = &b->depthwise.shape;
  size_t wide = s->width * s->channels * sizeof(float), narrow = s->out_width * s->channels * sizeof(float);
  size_t fixed = b->expand ? s->kernel * wide : 0, each = narrow + (b->expand ? s->stride * wide : 0);
  return fixed + each < STRIP_BYTES ? (STRIP_BYTES - fixed) / each : 1;
}

/// Rows `begin ..< end` of the result of one image.
static void strips_of_image(const ck_inverted_residual *b, const float *x, size_t begin, size_t end, float *out) {
  const ck_convolution_shape *s = &b->depthwise.shape;
  size_t height = strip_height(b), row = s->width * s->channels, out_row = s->out_width * s->channels;
  if (height > end - begin) height = end - begin;
  strip widened = {NULL, 0, 0};
  if (b->expand) widened.rows = ck_take(((height - 1) * s->stride + s->kernel) * row * sizeof(float));
  float *convolved = ck_take(height * out_row * sizeof(float));
  for (size_t first = begin; first < end; first += height) {
    size_t last = end - first < height ? end : first + height;
    const float *rows = x;
    size_t seen = 0;
    if (b->expand) {
      seen = first_seen(s, first);
      expand_rows(b, x, seen, end_of_seen(s, last), &widened);
      rows = widened.rows;
    }
    for (size_t i = first; i < last; i++)
      convolve_row(&b->depthwise, i, rows, seen, convolved + (i - first) * out_row);
    ck_packed_product((last - first) * s->out_width, convolved, s->channels, 1, b->project, &b->after_project,
                      out + first * s->out_width * b->project->n, b->project->n);
  }
  ck_give(convolved);
  ck_give(widened.rows);
}

/// Index = image * rows of the result + row.
static void strips_part(void *context, size_t begin, size_t end) {
  const ck_inverted_residual *b = context;
  const ck_convolution_shape *s = &b->depthwise.shape;
  size_t inputs = b->expand ? b->expand->k : s->channels, image = s->height * s->width * inputs;
  size_t out_image = s->out_height * s->out_width * b->project->n;
  while (begin < end) {
    size_t index = begin / s->out_height, first = begin % s->out_height;
    size_t rows = s->out_height - first < end - begin ? s->out_height - first : end - begin;
    strips_of_image(b, b->x + index * image, first, first + rows, b->out + index * out_image);
    begin += rows;
  }
}

void ck_inverted_residual_strips(const ck_inverted_residual *block) {
  const ck_convolution_shape *s = &block->depthwise.shape;
  // A part widens the rows again that it shares with the one before: a quarter more at the most.
  size_t shared = s->kernel > s->stride ? s->kernel - s->stride : 0;
  ck_parallel_for(s->images * s->out_height, 4 * shared / s->stride + 1, strips_part, (void *)block);
}
