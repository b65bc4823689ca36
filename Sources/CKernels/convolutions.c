// Convolutions over images, row by row of the result.
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

/// Index = image * rows of the result + row.
static void depthwise_part(void *context, size_t begin, size_t end) {
  const ck_depthwise *c = context;
  const ck_convolution_shape *s = &c->shape;
  const ck_table *kernels = ck_kernels();
  size_t row_count = s->out_width * s->channels;
  int is_bounded = c->activation == CK_ACTIVATION_NONE || c->activation == CK_ACTIVATION_RELU ||
                   c->activation == CK_ACTIVATION_RELU6;
  for (size_t index = begin; index < end; index++) {
    const float *x = c->x + index / s->out_height * s->height * s->width * s->channels;
    float *out = c->out + index * row_count;
    kernels->depthwise_row(c, x, index % s->out_height, out);
    if (!is_bounded) kernels->activate(c->activation, row_count, out, out);
  }
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

/// What the kernel sees at each pixel of row `row` of the result: `[out_width, channels * kernel * kernel]`.
static void unfold_row(const ck_convolution_shape *s, const float *x, size_t row, float *out) {
  size_t k = s->kernel, taps = s->channels * k * k;
  for (size_t tap = 0; tap < taps; tap++) {
    size_t column = tap % k, y = row * s->stride + tap / k % k;
    int is_inside = y >= s->top && y - s->top < s->height;
    const float *line = is_inside ? x + ((tap / (k * k)) * s->height + y - s->top) * s->width : NULL;
    for (size_t i = 0; i < s->out_width; i++) {
      size_t at = i * s->stride + column;
      out[i * taps + tap] = line && at >= s->left && at - s->left < s->width ? line[at - s->left] : 0;
    }
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
