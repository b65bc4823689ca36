#include <math.h>
#include <string.h>

#include "CKernels.h"
#include "scratch.h"
#include "table.h"

typedef struct {
  const ck_dense_attention *a;
  float *probabilities, *out;
  const float *kept, *grad;
  float *grad_q, *grad_k, *grad_v;
} dense;

// Index = item * heads + head.
static void dense_forward_part(void *context, size_t begin, size_t end) {
  const dense *w = context;
  const ck_dense_attention *a = w->a;
  float *dropped = a->dropout ? ck_take(a->m * a->n * sizeof(float)) : NULL;
  for (size_t index = begin; index < end; index++) {
    size_t item = index / a->heads, column = index % a->heads * a->d, width = a->heads * a->d;
    float *p = w->probabilities + index * a->m * a->n;
    ck_gemm_nt(a->m, a->n, a->d, 1.0f / sqrtf((float)a->d), a->q + item * a->m * a->stride_q + column,
                      a->stride_q, a->k + item * a->n * a->stride_k + column, a->stride_k, p, a->n, 0);
    ck_softmax_rows(a->m, a->n, p, a->n);
    const float *weights = p;
    if (dropped) {
      ck_kernels()->multiply(a->m * a->n, p, a->dropout + index * a->m * a->n, dropped);
      weights = dropped;
    }
    ck_gemm_nn(a->m, a->d, a->n, weights, a->n, a->v + item * a->n * a->stride_v + column, a->stride_v,
                      w->out + item * a->m * width + column, width, 0);
  }
  ck_give(dropped);
}

void ck_dense_attention_forward(const ck_dense_attention *attention, float *probabilities, float *out) {
  dense w = {.a = attention, .probabilities = probabilities, .out = out};
  ck_parallel_for(attention->batch * attention->heads, 1, dense_forward_part, &w);
}

static void dense_backward_part(void *context, size_t begin, size_t end) {
  const dense *w = context;
  const ck_dense_attention *a = w->a;
  const ck_table *kernels = ck_kernels();
  size_t scores = a->m * a->n;
  float *weights = ck_take(2 * scores * sizeof(float)), *grads = weights + scores;
  float scale = 1.0f / sqrtf((float)a->d);
  for (size_t index = begin; index < end; index++) {
    size_t item = index / a->heads, column = index % a->heads * a->d, width = a->heads * a->d;
    const float *p = w->kept + index * scores, *grad = w->grad + item * a->m * width + column;
    size_t q = item * a->m * a->stride_q + column, k = item * a->n * a->stride_k + column;
    size_t v = item * a->n * a->stride_v + column;
    const float *dropped = p;
    if (a->dropout) {
      kernels->multiply(scores, p, a->dropout + index * scores, weights);
      dropped = weights;
    }
    ck_gemm_tn(a->n, a->d, a->m, dropped, a->n, grad, width, w->grad_v + v, a->stride_v, 0);
    ck_gemm_nt(a->m, a->n, a->d, 1, grad, width, a->v + v, a->stride_v, grads, a->n, 0);
    if (a->dropout) kernels->multiply(scores, grads, a->dropout + index * scores, grads);
    for (size_t row = 0; row < a->m; row++) kernels->softmax_backward(a->n, scale, p + row * a->n, grads + row * a->n);
    ck_gemm_nn(a->m, a->d, a->n, grads, a->n, a->k + k, a->stride_k, w->grad_q + q, a->stride_q, 0);
    ck_gemm_tn(a->n, a->d, a->m, grads, a->n, a->q + q, a->stride_q, w->grad_k + k, a->stride_k, 0);
  }
  ck_give(weights);
}

void ck_dense_attention_backward(const ck_dense_attention *attention, const float *probabilities, const float *grad,
                                 float *grad_q, float *grad_k, float *grad_v) {
  dense w = {.a = attention, .kept = probabilities, .grad = grad, .grad_q = grad_q, .grad_k = grad_k, .grad_v = grad_v};
  ck_parallel_for(attention->batch * attention->heads, 1, dense_backward_part, &w);
}

typedef struct {
  const ck_prefix_attention *a;
  float *out;
  const float *grad;
  float *grad_qkv, *grad_prefix;
  size_t longest;
} packed;

/// One caption's part of one key/value head, gathered so that each product is one call: `queries` and `out`
/// `[group * tokens, d]` head after head, `keys` and `values` `[prefix + tokens, d]`, `scores` `[group * tokens, prefix +
/// tokens]`.
typedef struct {
  float *queries, *keys, *values, *scores, *grad_out, *grad_scores, *grad_keys;
} scratch;

static scratch make_scratch(const packed *w) {
  const ck_prefix_attention *a = w->a;
  size_t group = a->heads / a->kv_heads, tokens = w->longest, seen = a->prefix_length + tokens;
  scratch s;
  s.queries = ck_take(((2 * group * tokens + 3 * seen) * a->d + 2 * group * tokens * seen) * sizeof(float));
  s.grad_out = s.queries + group * tokens * a->d;
  s.keys = s.grad_out + group * tokens * a->d;
  s.values = s.keys + seen * a->d;
  s.grad_keys = s.values + seen * a->d;
  s.scores = s.grad_keys + seen * a->d;
  s.grad_scores = s.scores + group * tokens * seen;
  return s;
}

static void gather(const ck_prefix_attention *a, const float *rows, size_t stride, size_t first, size_t tokens,
                   size_t column, size_t heads, float *to) {
  for (size_t head = 0; head < heads; head++)
    for (size_t t = 0; t < tokens; t++, to += a->d)
      memcpy(to, rows + (first + t) * stride + column + head * a->d, a->d * sizeof(float));
}

static void scatter(const ck_prefix_attention *a, const float *from, size_t first, size_t tokens, size_t column,
                    size_t heads, float *rows, size_t stride) {
  for (size_t head = 0; head < heads; head++)
    for (size_t t = 0; t < tokens; t++, from += a->d)
      memcpy(rows + (first + t) * stride + column + head * a->d, from, a->d * sizeof(float));
}

/// Fills queries, keys, values and the probabilities of one caption. Positions that a token must not see have
/// probability 0.
static void probabilities(const ck_prefix_attention *a, size_t image, size_t head, size_t first, size_t tokens,
                          scratch s) {
  size_t group = a->heads / a->kv_heads, d = a->d, past = a->prefix_length, seen = past + tokens;
  size_t stride = (a->heads + 2 * a->kv_heads) * d;
  const float *prefix = a->prefix + image * a->prefix_stride + head * past * d;
  gather(a, a->qkv, stride, first, tokens, head * group * d, group, s.queries);
  memcpy(s.keys, prefix, past * d * sizeof(float));
  gather(a, a->qkv, stride, first, tokens, (a->heads + head) * d, 1, s.keys + past * d);
  memcpy(s.values, prefix + a->kv_heads * past * d, past * d * sizeof(float));
  gather(a, a->qkv, stride, first, tokens, (a->heads + a->kv_heads + head) * d, 1, s.values + past * d);
  ck_gemm_nt(group * tokens, seen, d, 1.0f / sqrtf((float)d), s.queries, d, s.keys, d, s.scores, seen, 0);
  for (size_t row = 0; row < group * tokens; row++) {
    size_t visible = past + row % tokens + 1;
    size_t hidden = a->window && visible > a->window ? visible - a->window : 0;
    float *scores = s.scores + row * seen;
    memset(scores, 0, hidden * sizeof(float));
    ck_kernels()->softmax(visible - hidden, scores + hidden);
    memset(scores + visible, 0, (seen - visible) * sizeof(float));
  }
}

// Index = image * kv_heads + head: all that adds to one prefix head happens in one place.
static void prefix_forward_part(void *context, size_t begin, size_t end) {
  const packed *w = context;
  const ck_prefix_attention *a = w->a;
  size_t group = a->heads / a->kv_heads, d = a->d;
  scratch s = make_scratch(w);
  for (size_t index = begin; index < end; index++) {
    size_t image = index / a->kv_heads, head = index % a->kv_heads;
    for (size_t caption = a->first_caption[image]; caption < a->first_caption[image + 1]; caption++) {
      size_t first = a->first_token[caption], tokens = a->first_token[caption + 1] - first;
      if (tokens == 0) continue;
      size_t seen = a->prefix_length + tokens;
      probabilities(a, image, head, first, tokens, s);
      ck_gemm_nn(group * tokens, d, seen, s.scores, seen, s.values, d, s.grad_out, d, 0);
      scatter(a, s.grad_out, first, tokens, head * group * d, group, w->out, a->heads * d);
    }
  }
  ck_give(s.queries);
}

static packed packed_of(const ck_prefix_attention *a) {
  packed w = {.a = a, .longest = 0};
  for (size_t caption = 0; caption < a->first_caption[a->images]; caption++) {
    size_t tokens = a->first_token[caption + 1] - a->first_token[caption];
    if (tokens > w.longest) w.longest = tokens;
  }
  return w;
}

void ck_prefix_attention_forward(const ck_prefix_attention *attention, float *out) {
  packed w = packed_of(attention);
  w.out = out;
  ck_parallel_for(attention->images * attention->kv_heads, 1, prefix_forward_part, &w);
}

static void prefix_backward_part(void *context, size_t begin, size_t end) {
  const packed *w = context;
  const ck_prefix_attention *a = w->a;
  const ck_table *kernels = ck_kernels();
  size_t group = a->heads / a->kv_heads, d = a->d, past = a->prefix_length;
  size_t stride = (a->heads + 2 * a->kv_heads) * d;
  float scale = 1.0f / sqrtf((float)d);
  scratch s = make_scratch(w);
  for (size_t index = begin; index < end; index++) {
    size_t image = index / a->kv_heads, head = index % a->kv_heads;
    float *grad_prefix = w->grad_prefix ? w->grad_prefix + image * a->prefix_stride + head * past * d : NULL;
    for (size_t caption = a->first_caption[image]; caption < a->first_caption[image + 1]; caption++) {
      size_t first = a->first_token[caption], tokens = a->first_token[caption + 1] - first;
      if (tokens == 0) continue;
      size_t seen = past + tokens, rows = group * tokens;
      probabilities(a, image, head, first, tokens, s);
      gather(a, w->grad, a->heads * d, first, tokens, head * group * d, group, s.grad_out);
      // Values: their gradient goes to `grad_keys` first, and out of it before the keys' own.
      ck_gemm_tn(seen, d, rows, s.scores, seen, s.grad_out, d, s.grad_keys, d, 0);
      if (grad_prefix) kernels->add(past * d, s.grad_keys, grad_prefix + a->kv_heads * past * d);
      if (w->grad_qkv)
        scatter(a, s.grad_keys + past * d, first, tokens, (a->heads + a->kv_heads + head) * d, 1, w->grad_qkv, stride);
      ck_gemm_nt(rows, seen, d, 1, s.grad_out, d, s.values, d, s.grad_scores, seen, 0);
      for (size_t row = 0; row < rows; row++)
        kernels->softmax_backward(seen, scale, s.scores + row * seen, s.grad_scores + row * seen);
      ck_gemm_tn(seen, d, rows, s.grad_scores, seen, s.queries, d, s.grad_keys, d, 0);
      if (grad_prefix) kernels->add(past * d, s.grad_keys, grad_prefix);
      if (!w->grad_qkv) continue;
      scatter(a, s.grad_keys + past * d, first, tokens, (a->heads + head) * d, 1, w->grad_qkv, stride);
      ck_gemm_nn(rows, d, seen, s.grad_scores, seen, s.keys, d, s.grad_out, d, 0);
      scatter(a, s.grad_out, first, tokens, head * group * d, group, w->grad_qkv, stride);
    }
  }
  ck_give(s.queries);
}

void ck_prefix_attention_backward(const ck_prefix_attention *attention, const float *grad, float *grad_qkv,
                                  float *grad_prefix) {
  packed w = packed_of(attention);
  w.grad = grad;
  w.grad_qkv = grad_qkv;
  w.grad_prefix = grad_prefix;
  ck_parallel_for(attention->images * attention->kv_heads, 1, prefix_backward_part, &w);
}

typedef struct {
  size_t heads, d, turned, stride;
  const int *positions;
  const float *cosines, *sines;
  int interleaved, inverse;
  float *x;
} rotation;

static void rotate_part(void *context, size_t begin, size_t end) {
  const rotation *r = context;
  size_t half = r->turned / 2;
  float *head = ck_take(r->turned * sizeof(float));
  for (size_t row = begin; row < end; row++) {
    const float *c = r->cosines + (size_t)r->positions[row] * half, *s = r->sines + (size_t)r->positions[row] * half;
    for (size_t index = 0; index < r->heads; index++) {
      float *x = r->x + row * r->stride + index * r->d;
      memcpy(head, x, r->turned * sizeof(float));
      if (!r->inverse) {
        ck_kernels()->turn(half, r->interleaved, head, c, s, x);
        continue;
      }
      size_t step = r->interleaved ? 2 : 1, second = r->interleaved ? 1 : half;
      for (size_t i = 0; i < half; i++) {
        float a = head[i], b = head[i + half];
        x[step * i] = a * c[i] + b * s[i];
        x[step * i + second] = b * c[i] - a * s[i];
      }
    }
  }
  ck_give(head);
}

void ck_rotate(size_t rows, size_t heads, size_t d, size_t turned, size_t stride, const int *positions,
               const float *cosines, const float *sines, int interleaved, int inverse, float *x) {
  rotation r = {heads, d, turned, stride, positions, cosines, sines, interleaved, inverse, x};
  ck_parallel_for(rows, 16384 / (heads * turned + 1) + 1, rotate_part, &r);
}
