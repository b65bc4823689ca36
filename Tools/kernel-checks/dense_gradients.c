// Dense attention with dropout, and back through it.
#include "check.h"

typedef struct {
  size_t batch, heads, m, n, d;
} shape;

static void back_of_head(const ck_dense_attention *a, size_t index, const float *probabilities, const float *grad,
                         const float *grad_q, const float *grad_k, const float *grad_v) {
  size_t item = index / a->heads, column = index % a->heads * a->d, width = a->heads * a->d, m = a->m, n = a->n, d = a->d;
  const float *q = a->q + item * m * a->stride_q + column, *k = a->k + item * n * a->stride_k + column;
  const float *v = a->v + item * n * a->stride_v + column;
  size_t of_q = item * m * a->stride_q + column, of_k = item * n * a->stride_k + column;
  size_t of_v = item * n * a->stride_v + column;
  const float *p = probabilities + index * m * n, *drop = a->dropout ? a->dropout + index * m * n : NULL;
  grad += item * m * width + column;
  double *scores = malloc(2 * m * n * sizeof(double)), *sizes = scores + m * n, scale = 1 / sqrt((double)d);
  for (size_t i = 0; i < m; i++) {
    double mean = 0, mean_size = 0;
    for (size_t j = 0; j < n; j++) {
      double sum = 0, size = 0, factor = drop ? (double)drop[i * n + j] : 1;
      for (size_t c = 0; c < d; c++) {
        double term = (double)grad[i * width + c] * (double)v[j * a->stride_v + c] * factor;
        sum += term;
        size += fabs(term);
      }
      scores[i * n + j] = sum;
      sizes[i * n + j] = size;
      mean += sum * (double)p[i * n + j];
      mean_size += size * (double)p[i * n + j];
    }
    for (size_t j = 0; j < n; j++) {
      double by = (double)p[i * n + j] * scale;
      scores[i * n + j] = by * (scores[i * n + j] - mean);
      sizes[i * n + j] = by * (sizes[i * n + j] + mean_size);
    }
  }
  // The gradient of a probability and its dropout, their mean, a difference and two products.
  double units = (double)(d + 1 + n + 4);
  for (size_t c = 0; c < d; c++) {
    for (size_t j = 0; j < n; j++) {
      double value = 0, value_size = 0, key = 0, key_size = 0;
      for (size_t i = 0; i < m; i++) {
        double term = (double)p[i * n + j] * (drop ? (double)drop[i * n + j] : 1) * (double)grad[i * width + c];
        value += term;
        value_size += fabs(term);
        key += scores[i * n + j] * (double)q[i * a->stride_q + c];
        key_size += sizes[i * n + j] * fabs((double)q[i * a->stride_q + c]);
      }
      check_near(grad_v[of_v + j * a->stride_v + c], value, value_size, (double)m + 1);
      check_near(grad_k[of_k + j * a->stride_k + c], key, key_size, units + (double)m);
    }
    for (size_t i = 0; i < m; i++) {
      double query = 0, size = 0;
      for (size_t j = 0; j < n; j++) {
        query += scores[i * n + j] * (double)k[j * a->stride_k + c];
        size += sizes[i * n + j] * fabs((double)k[j * a->stride_k + c]);
      }
      check_near(grad_q[of_q + i * a->stride_q + c], query, size, units + (double)n);
    }
  }
  free(scores);
}

static void check(shape s, int drops, int backwards) {
  size_t width = s.heads * s.d, scores = s.batch * s.heads * s.m * s.n;
  size_t stride_q = width + 1, stride_k = width + 2, stride_v = width + 3;
  float *dropout = check_random(scores, 8);
  for (size_t i = 0; i < scores; i++) dropout[i] = dropout[i] > -1 ? 1.25f : 0;
  ck_dense_attention a = {s.batch, s.heads, s.m, s.n, s.d, check_matrix(s.batch * s.m, width, stride_q, 1),
                          check_matrix(s.batch * s.n, width, stride_k, 2), check_matrix(s.batch * s.n, width, stride_v, 3),
                          stride_q, stride_k, stride_v, drops ? dropout : NULL};
  float *p = check_floats(scores), *out = check_random(s.batch * s.m * width, 4);
  ck_dense_attention_forward(&a, p, out);
  if (backwards) {
    const float *grad = check_random(s.batch * s.m * width, 5);
    float *grad_q = check_matrix(s.batch * s.m, width, stride_q, 6), *grad_k = check_matrix(s.batch * s.n, width, stride_k, 6);
    float *grad_v = check_matrix(s.batch * s.n, width, stride_v, 6);
    ck_dense_attention_backward(&a, p, grad, grad_q, grad_k, grad_v);
    for (size_t i = 0; i < s.batch * s.heads; i++) back_of_head(&a, i, p, grad, grad_q, grad_k, grad_v);
    check_gaps(grad_q, s.batch * s.m, width, stride_q);
    check_gaps(grad_k, s.batch * s.n, width, stride_k);
    check_gaps(grad_v, s.batch * s.n, width, stride_v);
    return;
  }
  for (size_t row = 0; row < s.batch * s.heads * s.m; row++) {
    size_t token = row % s.m, item = row / s.m / s.heads, column = row / s.m % s.heads * s.d;
    double sum = 0, largest = 0, exact[64];
    for (size_t j = 0; j < s.n; j++) {
      double score = 0, size = 0;
      for (size_t c = 0; c < s.d; c++) {
        double term = (double)a.q[(item * s.m + token) * stride_q + column + c] *
                      (double)a.k[(item * s.n + j) * stride_k + column + c] / sqrt((double)s.d);
        score += term;
        size += fabs(term);
      }
      largest = fmax(largest, size);
      sum += exact[j] = exp(score);
    }
    // As in attention.c.
    double units = 4 * (double)(s.d + 3) * largest + (double)s.n / 16 + 28;
    for (size_t j = 0; j < s.n; j++) check_near(p[row * s.n + j], exact[j] / sum, exact[j] / sum, units);
    for (size_t c = 0; c < s.d; c++) {
      double value = 0, size = 0;
      for (size_t j = 0; j < s.n; j++) {
        double term = exact[j] / sum * (drops ? (double)dropout[row * s.n + j] : 1) *
                      (double)a.v[(item * s.n + j) * stride_v + column + c];
        value += term;
        size += fabs(term);
      }
      check_near(out[(item * s.m + token) * width + column + c], value, size, units + (double)s.n + 2);
    }
  }
}

void check_dense_gradients(void) {
  static const shape shapes[] = {{1, 1, 1, 1, 1}, {2, 3, 5, 7, 8}, {1, 2, 33, 50, 20}, {3, 1, 1, 17, 5}, {1, 2, 13, 1, 64}};
  static const char *names[] = {"ck_dense_attention_forward", "ck_dense_attention_backward"};
  for (int backwards = 0; backwards < 2; backwards++) {
    check_begin(names[backwards]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++, check_release())
      for (int drops = 0; drops < 2; drops++) check(shapes[i], drops, backwards);
  }
}
