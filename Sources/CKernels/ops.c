#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "table.h"

// Elements that one thread should have at least before a second one is woken.
enum { GRAIN = 16384 };
static size_t rows_per_grain(size_t columns) { return GRAIN / (columns + 1) + 1; }

typedef struct {
  size_t columns;
  const float *x, *weight, *bias;
  float *out;
  float epsilon;
  int activation;
} row_work;

static void layer_norm_part(void *context, size_t begin, size_t end) {
  const row_work *w = context;
  ck_kernels()->layer_norm(end - begin, w->columns, w->x + begin * w->columns, w->weight, w->bias, w->epsilon,
                           w->out + begin * w->columns);
}

void ck_layer_norm(size_t rows, size_t columns, const float *x, const float *weight, const float *bias, float epsilon,
                   float *out) {
  row_work w = {.columns = columns, .x = x, .weight = weight, .bias = bias, .out = out, .epsilon = epsilon};
  ck_parallel_for(rows, rows_per_grain(columns), layer_norm_part, &w);
}

static void rms_norm_part(void *context, size_t begin, size_t end) {
  const row_work *w = context;
  ck_kernels()->rms_norm(end - begin, w->columns, w->x + begin * w->columns, w->weight, w->epsilon,
                         w->out + begin * w->columns);
}

void ck_rms_norm(size_t rows, size_t columns, const float *x, const float *weight, float epsilon, float *out) {
  row_work w = {.columns = columns, .x = x, .weight = weight, .out = out, .epsilon = epsilon};
  ck_parallel_for(rows, rows_per_grain(columns), rms_norm_part, &w);
}

static void activate_part(void *context, size_t begin, size_t end) {
  const row_work *w = context;
  ck_kernels()->activate(w->activation, end - begin, w->x + begin, w->out + begin);
}

void ck_activate(int activation, size_t count, const float *x, float *out) {
  row_work w = {.x = x, .activation = activation, .out = out};
  ck_parallel_for(count, GRAIN, activate_part, &w);
}

static void tanh_part(void *context, size_t begin, size_t end) {
  const row_work *w = context;
  for (size_t i = begin; i < end; i++) w->out[i] = tanhf(w->x[i]);
}

void ck_tanh(size_t count, const float *x, float *out) {
  row_work w = {.x = x, .out = out};
  ck_parallel_for(count, GRAIN, tanh_part, &w);
}

static void add_bias_part(void *context, size_t begin, size_t end) {
  const row_work *w = context;
  const ck_table *kernels = ck_kernels();
  for (size_t row = begin; row < end; row++) {
    float *x = w->out + row * w->columns;
    kernels->add_bias(w->columns, w->bias, x);
    if (w->activation != CK_ACTIVATION_NONE) kernels->activate(w->activation, w->columns, x, x);
  }
}

void ck_add_bias(size_t rows, size_t columns, const float *bias, int activation, float *x) {
  row_work w = {.columns = columns, .bias = bias, .activation = activation, .out = x};
  ck_parallel_for(rows, rows_per_grain(columns), add_bias_part, &w);
}

static void gate_part(void *context, size_t begin, size_t end) {
  const row_work *w = context;
  for (size_t row = begin; row < end; row++) {
    const float *gate = w->x + row * 2 * w->columns;
    ck_kernels()->gate(w->activation, w->columns, gate, gate + w->columns, w->out + row * w->columns);
  }
}

void ck_gate(int activation, size_t rows, size_t columns, const float *gate_up, float *out) {
  row_work w = {.columns = columns, .x = gate_up, .activation = activation, .out = out};
  ck_parallel_for(rows, rows_per_grain(columns), gate_part, &w);
}

static void add_part(void *context, size_t begin, size_t end) {
  const row_work *w = context;
  ck_kernels()->add(end - begin, w->x + begin, w->out + begin);
}

void ck_add(size_t count, const float *x, float *y) {
  row_work w = {.x = x, .out = y};
  ck_parallel_for(count, 2 * GRAIN, add_part, &w);
}

static void add_scaled_part(void *context, size_t begin, size_t end) {
  const row_work *w = context;
  for (size_t row = begin; row < end; row++)
    ck_kernels()->add_scaled(w->columns, w->x + row * w->columns, w->bias, w->weight, w->out + row * w->columns);
}

void ck_add_scaled(size_t rows, size_t columns, const float *x, const float *bias, const float *scale, float *y) {
  row_work w = {.columns = columns, .x = x, .bias = bias, .weight = scale, .out = y};
  ck_parallel_for(rows, 2 * rows_per_grain(columns), add_scaled_part, &w);
}

void ck_turn_heads(size_t heads, size_t d, size_t turned, int interleaved, const float *x, const float *cosines,
                   const float *sines, float *out, size_t stride) {
  const ck_table *kernels = ck_kernels();
  for (size_t head = 0; head < heads; head++, x += d, out += stride) {
    kernels->turn(turned / 2, interleaved, x, cosines, sines, out);
    if (out != x) memcpy(out + turned, x + turned, (d - turned) * sizeof(float));
  }
}

void ck_softmax_rows(size_t rows, size_t columns, float *x, size_t stride) {
  for (size_t row = 0; row < rows; row++) ck_kernels()->softmax(columns, x + row * stride);
}
