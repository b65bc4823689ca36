#include <math.h>
#include <stdint.h>

#include "CKernels.h"
#include "scratch.h"
#include "table.h"

// Elements that one thread should have at least before a second one is woken.
enum { GRAIN = 16384, COLUMN_BLOCK = 64, SQUARES_BLOCK = 4096, WEIGHT_PANEL = 256 };
static size_t rows_per_grain(size_t columns) { return GRAIN / (columns + 1) + 1; }

typedef struct {
  size_t rows, columns;
  const float *x, *weight, *grad, *statistics;
  float *out, *grad_weight, *grad_bias;
  float *writable_statistics;
  float epsilon;
  int rms;
  int activation;
} work;

static void activate_part(void *context, size_t begin, size_t end) {
  const work *w = context;
  ck_kernels()->activate_backward(w->activation, end - begin, w->x + begin, w->grad + begin, w->out + begin);
}

void ck_activate_backward(int activation, size_t count, const float *x, const float *grad, float *out) {
  work w = {.x = x, .grad = grad, .out = out, .activation = activation};
  ck_parallel_for(count, GRAIN, activate_part, &w);
}

static void tanh_part(void *context, size_t begin, size_t end) {
  const work *w = context;
  for (size_t i = begin; i < end; i++) w->out[i] = w->grad[i] * (1.0f - w->x[i] * w->x[i]);
}

void ck_tanh_backward(size_t count, const float *y, const float *grad, float *out) {
  work w = {.x = y, .grad = grad, .out = out};
  ck_parallel_for(count, GRAIN, tanh_part, &w);
}

static void gate_part(void *context, size_t begin, size_t end) {
  const work *w = context;
  for (size_t row = begin; row < end; row++) {
    const float *gate = w->x + row * 2 * w->columns;
    float *out = w->out + row * 2 * w->columns;
    ck_kernels()->gate_backward(w->activation, w->columns, gate, gate + w->columns, w->grad + row * w->columns, out,
                                out + w->columns);
  }
}

void ck_gate_backward(int activation, size_t rows, size_t columns, const float *gate_up, const float *grad,
                      float *out) {
  work w = {.columns = columns, .x = gate_up, .grad = grad, .out = out, .activation = activation};
  ck_parallel_for(rows, rows_per_grain(columns), gate_part, &w);
}

static void norm_part(void *context, size_t begin, size_t end) {
  const work *w = context;
  size_t offset = begin * w->columns;
  (w->rms ? ck_kernels()->rms_norm_backward : ck_kernels()->layer_norm_backward)(
      end - begin, w->columns, w->x + offset, w->weight, w->epsilon, w->grad + offset, w->out + offset,
      w->writable_statistics + 2 * begin);
}

// A block of columns through all rows: sums never depend on how rows were shared.
static void norm_parameters_part(void *context, size_t begin, size_t end) {
  const work *w = context;
  size_t first = begin * COLUMN_BLOCK, last = end * COLUMN_BLOCK < w->columns ? end * COLUMN_BLOCK : w->columns;
  ck_kernels()->norm_parameters_backward(w->rows, w->columns, last - first, w->x + first, w->grad + first,
                                         w->statistics, w->grad_weight + first,
                                         w->grad_bias ? w->grad_bias + first : NULL);
}

static void norm_backward(work w) {
  w.writable_statistics = ck_take(2 * w.rows * sizeof(float));
  w.statistics = w.writable_statistics;
  ck_parallel_for(w.rows, rows_per_grain(w.columns), norm_part, &w);
  if (w.grad_weight) {
    size_t blocks = (w.columns + COLUMN_BLOCK - 1) / COLUMN_BLOCK;
    ck_parallel_for(blocks, rows_per_grain(w.rows * COLUMN_BLOCK), norm_parameters_part, &w);
  }
  ck_give(w.writable_statistics);
}

void ck_layer_norm_backward(size_t rows, size_t columns, const float *x, const float *weight, float epsilon,
                            const float *grad, float *grad_x, float *grad_weight, float *grad_bias) {
  norm_backward((work){.rows = rows, .columns = columns, .x = x, .weight = weight, .grad = grad, .out = grad_x,
                       .grad_weight = grad_weight, .grad_bias = grad_bias, .epsilon = epsilon});
}

void ck_rms_norm_backward(size_t rows, size_t columns, const float *x, const float *weight, float epsilon,
                          const float *grad, float *grad_x, float *grad_weight) {
  norm_backward((work){.rows = rows, .columns = columns, .x = x, .weight = weight, .grad = grad, .out = grad_x,
                       .grad_weight = grad_weight, .epsilon = epsilon, .rms = 1});
}

static void column_sums_part(void *context, size_t begin, size_t end) {
  const work *w = context;
  size_t first = begin * COLUMN_BLOCK, last = end * COLUMN_BLOCK < w->columns ? end * COLUMN_BLOCK : w->columns;
  for (size_t row = 0; row < w->rows; row++)
    ck_kernels()->add(last - first, w->x + row * w->columns + first, w->out + first);
}

void ck_add_column_sums(size_t rows, size_t columns, const float *x, float *out) {
  work w = {.rows = rows, .columns = columns, .x = x, .out = out};
  ck_parallel_for((columns + COLUMN_BLOCK - 1) / COLUMN_BLOCK, rows_per_grain(rows * COLUMN_BLOCK), column_sums_part,
                  &w);
}

static void multiply_part(void *context, size_t begin, size_t end) {
  const work *w = context;
  ck_kernels()->multiply(end - begin, w->x + begin, w->grad + begin, w->out + begin);
}

void ck_multiply(size_t count, const float *x, const float *y, float *out) {
  work w = {.x = x, .grad = y, .out = out};
  ck_parallel_for(count, 2 * GRAIN, multiply_part, &w);
}

static void scale_part(void *context, size_t begin, size_t end) {
  const work *w = context;
  for (size_t i = begin; i < end; i++) w->out[i] *= w->epsilon;
}

void ck_scale(size_t count, float factor, float *x) {
  work w = {.out = x, .epsilon = factor};
  ck_parallel_for(count, 2 * GRAIN, scale_part, &w);
}

typedef struct {
  size_t count;
  const float *x;
  double *sums;
} squares;

static void squares_part(void *context, size_t begin, size_t end) {
  const squares *s = context;
  for (size_t block = begin; block < end; block++) {
    size_t first = block * SQUARES_BLOCK, count = s->count - first < SQUARES_BLOCK ? s->count - first : SQUARES_BLOCK;
    s->sums[block] = (double)ck_kernels()->dot(count, s->x + first, s->x + first);
  }
}

double ck_sum_of_squares(size_t count, const float *x) {
  size_t blocks = (count + SQUARES_BLOCK - 1) / SQUARES_BLOCK;
  double *sums = ck_take((blocks + 1) * sizeof(double)), total = 0;
  squares s = {count, x, sums};
  ck_parallel_for(blocks, 8, squares_part, &s);
  for (size_t block = 0; block < blocks; block++) total += sums[block];
  ck_give(sums);
  return total;
}

typedef struct {
  size_t m, columns, total_rows, matrices;
  const float *grad;
  const ck_matrix *matrix;
  float *out;
} transposed;

// Each part unpacks every panel for its own rows of the batch: cheaper than to share sums.
static void matmul_part(void *context, size_t begin, size_t end) {
  const transposed *t = context;
  size_t first = begin * 16, last = end * 16 < t->m ? end * 16 : t->m, count = last - first, column = 0;
  float *unpacked = NULL;
  for (size_t i = 0; i < t->matrices; column += t->matrix[i++].rows) {
    const ck_matrix *w = &t->matrix[i];
    size_t panel = w->type == CK_TYPE_F32 ? w->rows : WEIGHT_PANEL;
    for (size_t row = 0; row < w->rows; row += panel) {
      size_t rows = w->rows - row < panel ? w->rows - row : panel;
      const uint8_t *weights = (const uint8_t *)w->data + row * w->row_bytes;
      const float *values = (const float *)weights;
      if (w->type != CK_TYPE_F32) {
        if (!unpacked) unpacked = ck_take(WEIGHT_PANEL * t->columns * sizeof(float));
        for (size_t r = 0; r < rows; r++)
          ck_unpack_row(w->type, weights + r * w->row_bytes, unpacked + r * t->columns, t->columns);
        values = unpacked;
      }
      ck_gemm_nn(count, t->columns, rows, t->grad + first * t->total_rows + column + row, t->total_rows, values,
                        t->columns, t->out + first * t->columns, t->columns, column + row > 0);
    }
  }
  ck_give(unpacked);
}

void ck_matmul_backward(size_t m, size_t columns, const float *grad, size_t matrices, const ck_matrix *matrix,
                        float *out) {
  transposed t = {m, columns, 0, matrices, grad, matrix, out};
  int plain = 1;
  for (size_t i = 0; i < matrices; i++) {
    t.total_rows += matrix[i].rows;
    plain = plain && matrix[i].type == CK_TYPE_F32;
  }
  if (plain) {
    // Nothing to unpack: what is packed serves all threads.
    size_t column = 0;
    for (size_t i = 0; i < matrices; column += matrix[i++].rows)
      ck_gemm_nn(m, columns, matrix[i].rows, grad + column, t.total_rows, matrix[i].data, matrix[i].row_bytes / sizeof(float),
                 out, columns, i > 0);
    return;
  }
  size_t blocks = (m + 15) / 16, threads = (size_t)ck_threads();
  // One part a thread: parts repeat the unpacking.
  ck_parallel_for(blocks, (blocks + threads - 1) / threads, matmul_part, &t);
}

typedef struct {
  size_t count;
  const int *targets;
  const float *weights;
  float smoothing, scale;
  float *logits, *losses;
} entropy;

static void entropy_part(void *context, size_t begin, size_t end) {
  const entropy *e = context;
  for (size_t row = begin; row < end; row++) {
    float weight = e->weights ? e->weights[row] : 1;
    e->losses[row] = weight * ck_kernels()->cross_entropy(e->count, (size_t)e->targets[row], e->smoothing,
                                                          e->scale * weight, e->logits + row * e->count);
  }
}

void ck_cross_entropy(size_t rows, size_t count, const int *targets, const float *weights, float smoothing, float scale,
                      float *logits, float *losses) {
  entropy e = {count, targets, weights, smoothing, scale, logits, losses};
  ck_parallel_for(rows, rows_per_grain(count), entropy_part, &e);
}

typedef struct {
  const ck_adamw_step *step;
  const float *grad;
  float *parameter, *first, *second, keep;
} update;

static void adamw_part(void *context, size_t begin, size_t end) {
  const update *u = context;
  ck_kernels()->adamw(end - begin, u->step, u->grad + begin, u->parameter + begin, u->first + begin, u->second + begin);
}

void ck_adamw(size_t count, const ck_adamw_step *step, const float *grad, float *parameter, float *first,
              float *second) {
  update u = {step, grad, parameter, first, second, 0};
  ck_parallel_for(count, GRAIN, adamw_part, &u);
}

static void blend_part(void *context, size_t begin, size_t end) {
  const update *u = context;
  ck_kernels()->blend(end - begin, u->keep, u->grad + begin, u->parameter + begin);
}

void ck_blend(size_t count, float keep, const float *x, float *y) {
  update u = {.grad = x, .parameter = y, .keep = keep};
  ck_parallel_for(count, GRAIN, blend_part, &u);
}
