// Causal attention of captions to the prefix of their image and to themselves, and back through it.
#include "check.h"

enum { IMAGES = 3, CAPTIONS = 5, MOST = 32 };
static const size_t first_caption[IMAGES + 1] = {0, 2, 2, CAPTIONS};  // the second image has none
static const size_t first_token[CAPTIONS + 1] = {0, 4, 5, 5, 12, 15};  // the third caption is empty

typedef struct {
  size_t heads, kv_heads, d, prefix_length, window;
} shape;

/// A result in double precision and its size.
typedef struct {
  double *value, *size;
  size_t count;
} exact;

static exact zeros(size_t count) { return (exact){calloc(count + 1, sizeof(double)), calloc(count + 1, sizeof(double)), count}; }

static void add(exact *e, size_t at, double term, double size) {
  e->value[at] += term;
  e->size[at] += size;
}

static void compare(const exact *e, const float *found, double units) {
  for (size_t i = 0; i < e->count; i++) check_near(found[i], e->value[i], e->size[i], units);
}

static void release(exact *e) {
  free(e->value);
  free(e->size);
}

/// Where position `j` that a caption sees has its key, in the prefix or in qkv, and its gradient.
typedef struct {
  const float *key, *value;
  exact *grads;
  size_t key_at, value_at;
} seen;

/// Through one query. Returns how many roundings its probabilities may have, as attention.c explains.
static double query(const ck_prefix_attention *a, size_t head, size_t token, size_t count, const seen *at, const float *grad,
                    exact *out, exact *grad_qkv) {
  size_t d = a->d, stride = (a->heads + 2 * a->kv_heads) * d, of_q = token * stride + head * d;
  size_t of_out = token * a->heads * d + head * d;
  double p[MOST], scale = 1 / sqrt((double)d), sum = 0, largest = 0, slopes[MOST], sizes[MOST], mean = 0, mean_size = 0;
  for (size_t j = 0; j < count; j++) {
    double score = 0, size = 0;
    for (size_t c = 0; c < d; c++) {
      double term = scale * (double)a->qkv[of_q + c] * (double)at[j].key[c];
      score += term;
      size += fabs(term);
    }
    largest = fmax(largest, size);
    sum += p[j] = exp(score);
  }
  for (size_t j = 0; j < count; j++) {
    p[j] /= sum;
    slopes[j] = sizes[j] = 0;
    for (size_t c = 0; c < d; c++) {
      double value = (double)at[j].value[c], g = (double)grad[of_out + c];
      add(out, of_out + c, p[j] * value, p[j] * fabs(value));
      slopes[j] += g * value;
      sizes[j] += fabs(g * value);
      add(at[j].grads, at[j].value_at + c, p[j] * g, p[j] * fabs(g));
    }
    mean += p[j] * slopes[j];
    mean_size += p[j] * sizes[j];
  }
  for (size_t j = 0; j < count; j++) {
    double slope = scale * p[j] * (slopes[j] - mean), size = scale * p[j] * (sizes[j] + mean_size);
    for (size_t c = 0; c < d; c++) {
      double key = (double)at[j].key[c], q = (double)a->qkv[of_q + c];
      add(grad_qkv, of_q + c, slope * key, size * fabs(key));
      add(at[j].grads, at[j].key_at + c, slope * q, size * fabs(q));
    }
  }
  return 4 * (double)(d + 3) * largest + MOST / 16 + 28;
}

/// `of_prefix` holds what the gradient of the prefix is added to.
static void backward(const ck_prefix_attention *a, const float *grad, float *of_prefix, const exact *grad_qkv,
                     const exact *grad_prefix, double units) {
  float *of_qkv = check_random(grad_qkv->count, 6), *again = check_random(grad_qkv->count, 7);
  float *prefix_again = check_floats(grad_prefix->count);
  memcpy(prefix_again, of_prefix, grad_prefix->count * sizeof(float));
  ck_prefix_attention_backward(a, grad, of_qkv, of_prefix);
  // Without the one or the other nothing else changes.
  ck_prefix_attention_backward(a, grad, again, NULL);
  ck_prefix_attention_backward(a, grad, NULL, prefix_again);
  check_same(again, of_qkv, grad_qkv->count * sizeof(float));
  check_same(prefix_again, of_prefix, grad_prefix->count * sizeof(float));
  compare(grad_qkv, of_qkv, units);
  compare(grad_prefix, of_prefix, units);
}

static void check(shape s, int backwards) {
  size_t d = s.d, stride = (s.heads + 2 * s.kv_heads) * d, tokens = first_token[CAPTIONS];
  size_t half = s.kv_heads * s.prefix_length * d, prefix_stride = 2 * half + 3;
  ck_prefix_attention a = {IMAGES, s.heads, s.kv_heads, d, s.prefix_length, first_caption, first_token,
                           check_random(tokens * stride, 1), check_random(IMAGES * prefix_stride, 2), prefix_stride, s.window};
  const float *grad = check_random(tokens * s.heads * d, 3);
  float *before = check_random(IMAGES * prefix_stride, 4);
  exact out = zeros(tokens * s.heads * d), grad_qkv = zeros(tokens * stride), grad_prefix = zeros(IMAGES * prefix_stride);
  for (size_t i = 0; i < IMAGES * prefix_stride; i++) add(&grad_prefix, i, (double)before[i], fabs((double)before[i]));
  double units = 0;
  for (size_t image = 0; image < IMAGES; image++)
    for (size_t caption = first_caption[image]; caption < first_caption[image + 1]; caption++)
      for (size_t token = first_token[caption]; token < first_token[caption + 1]; token++)
        for (size_t head = 0; head < s.heads; head++) {
          size_t shared = head / (s.heads / s.kv_heads), visible = s.prefix_length + token - first_token[caption] + 1;
          size_t hidden = s.window && visible > s.window ? visible - s.window : 0, count = 0;
          seen at[MOST];
          for (size_t j = hidden; j < visible; j++, count++) {
            if (j < s.prefix_length) {
              size_t key = image * prefix_stride + (shared * s.prefix_length + j) * d;
              at[count] = (seen){a.prefix + key, a.prefix + key + half, &grad_prefix, key, key + half};
            } else {
              size_t row = (first_token[caption] + j - s.prefix_length) * stride;
              size_t key = row + (s.heads + shared) * d, value = key + s.kv_heads * d;
              at[count] = (seen){a.qkv + key, a.qkv + value, &grad_qkv, key, value};
            }
          }
          units = fmax(units, query(&a, head, token, count, at, grad, &out, &grad_qkv));
        }
  if (backwards) {
    // The probabilities and their mean with the slopes; then sums over d, positions seen, and tokens of all heads that
    // share a key or all captions that share a prefix.
    backward(&a, grad, before, &grad_qkv, &grad_prefix,
             2 * units + (double)(d + 2 * MOST + tokens * s.heads / s.kv_heads) + 8);
  } else {
    float *found = check_random(out.count, 5);
    ck_prefix_attention_forward(&a, found);
    compare(&out, found, units + MOST + 2);
  }
  release(&out);
  release(&grad_qkv);
  release(&grad_prefix);
}

void check_prefix_attention(void) {
  static const shape shapes[] = {{2, 2, 16, 5, 0}, {6, 2, 20, 10, 0}, {3, 1, 33, 0, 0}, {1, 1, 1, 1, 0}, {4, 2, 8, 10, 6}, {4, 4, 7, 3, 2}};
  static const char *names[] = {"ck_prefix_attention_forward", "ck_prefix_attention_backward"};
  for (int backwards = 0; backwards < 2; backwards++) {
    check_begin(names[backwards]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++, check_release()) check(shapes[i], backwards);
  }
}
