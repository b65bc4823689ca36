// Attention forwards: dense, and of sequences with a cache.
#include "check.h"

/// Softmax of `count` scores with sizes, and the roundings that each probability may have. A score of size s errs by up to
/// (d + 2) s units, and so does the one of which the largest is taken off, numerator and denominator each; the difference is
/// rounded, the exponential is good to 4 units, and the sum runs in 16 lanes.
static double softmax(size_t count, size_t d, const double *scores, const double *sizes, double *p) {
  double top = -INFINITY, sum = 0, largest = 0;
  for (size_t i = 0; i < count; i++) {
    top = fmax(top, scores[i]);
    largest = fmax(largest, sizes[i]);
  }
  for (size_t i = 0; i < count; i++) sum += p[i] = exp(scores[i] - top);
  for (size_t i = 0; i < count; i++) p[i] /= sum;
  return 4 * (double)(d + 2) * largest + 4 * largest + 2 * 4 + (double)count / 16 + 16 + 4;
}

enum { HALVES = 100 };  // what products may be of where 8 bits are asked for

/// What a product of `precision` is of here.
static int kind_of(int precision) {
  if (precision != CK_PRECISION_INT8) return precision;
  return ck_bf16_is_fast() ? CK_PRECISION_BF16 : ck_f16_is_fast() ? HALVES : CK_PRECISION_F32;
}

static double rounded(int kind, float x) { return kind == CK_PRECISION_BF16 ? check_bfloat16(x) : (double)x; }

/// One query against `n` keys and values, and what its result must be near.
static void row(int kind, size_t n, size_t d, const float *q, const float *k, size_t stride_k, const float *v,
                size_t stride_v, const float *out) {
  double *scores = malloc((3 * n + 1) * sizeof(double)), *sizes = scores + n, *p = sizes + n;
  for (size_t j = 0; j < n; j++) {
    scores[j] = sizes[j] = 0;
    for (size_t c = 0; c < d; c++) {
      double term = rounded(kind, q[c]) * rounded(kind, k[j * stride_k + c]) / sqrt((double)d);
      scores[j] += term;
      sizes[j] += fabs(term);
    }
  }
  double largest = 0;
  for (size_t j = 0; j < n; j++) largest = fmax(largest, sizes[j]);
  double units = softmax(n, d, scores, sizes, p) + (double)n + 2;
  // In bfloat16 sums may be rounded to odd, two units each time; and the probabilities have 8 bits, which is 2^-8.
  if (kind == CK_PRECISION_BF16) units = 2 * units + 0x1p16;
  // Halves have 11 bits, 2^13 units: numbers are rounded, and so is every sum of up to 64 products, here and there up and down.
  if (kind == HALVES) units += 0x1p13 * (2 * sqrt((double)d) * largest + sqrt((double)(n < 64 ? n : 64)) + 4);
  for (size_t c = 0; c < d; c++) {
    double sum = 0, size = 0;
    for (size_t j = 0; j < n; j++) {
      double value = rounded(kind, v[j * stride_v + c]);
      sum += p[j] * value;
      size += p[j] * fabs(value);
    }
    check_near(out[c], sum, size, units);
  }
  free(scores);
}

static void dense(int precision, size_t batch, size_t heads, size_t m, size_t n, size_t d) {
  size_t width = heads * d;
  ck_attention_layout l = {batch, heads, m, n, d, width + 1, width + 2, width + 3, width + 4};
  const float *q = check_matrix(batch * m, width, l.stride_q, 1), *k = check_matrix(batch * n, width, l.stride_k, 2);
  const float *v = check_matrix(batch * n, width, l.stride_v, 3);
  float *out = check_matrix(batch * m, width, l.stride_out, 4);
  ck_attention(&l, precision, q, k, v, out);
  for (size_t i = 0; n > 0 && i < batch * m * heads; i++) {
    size_t token = i / heads, item = token / m, column = i % heads * d;
    row(kind_of(precision), n, d, q + token * l.stride_q + column, k + item * n * l.stride_k + column, l.stride_k,
        v + item * n * l.stride_v + column, l.stride_v, out + token * l.stride_out + column);
  }
  check_gaps(out, batch * m, width, l.stride_out);
}

/// Two sequences of unlike lengths.
static void cached(size_t heads, size_t kv_heads, size_t d, size_t window, size_t tokens) {
  enum { SEQUENCES = 2 };
  ck_cached_sequence s[SEQUENCES];
  for (size_t i = 0; i < SEQUENCES; i++) {
    size_t past = i ? 19 : 0, own = i ? tokens : 1, capacity = past + own + i;
    s[i] = (ck_cached_sequence){check_random(own * heads * d, 1 + i), check_random(kv_heads * capacity * d, 3 + i),
                                check_random(kv_heads * capacity * d, 5 + i), check_random(own * heads * d, 7 + i), own, past,
                                capacity};
  }
  ck_cached_attention(SEQUENCES, s, heads, kv_heads, d, window);
  for (size_t i = 0; i < SEQUENCES; i++)
    for (size_t token = 0; token < s[i].tokens; token++)
      for (size_t head = 0; head < heads; head++) {
        size_t seen = s[i].past + token + 1, first = window && seen > window ? seen - window : 0;
        size_t at = (token * heads + head) * d, start = (head / (heads / kv_heads) * s[i].capacity + first) * d;
        row(CK_PRECISION_F32, seen - first, d, s[i].queries + at, s[i].keys + start, d, s[i].values + start, d,
            s[i].out + at);
      }
}

void check_attention(void) {
  static const struct { size_t batch, heads, m, n, d; } shapes[] = {
      {1, 1, 1, 1, 1}, {2, 3, 5, 7, 8}, {1, 2, 50, 50, 64}, {3, 1, 1, 33, 5}, {1, 1, 13, 16, 80}, {1, 2, 31, 257, 64}, {1, 2, 0, 3, 4}, {1, 2, 3, 0, 4}};
  static const char *names[] = {"ck_attention f32", "ck_attention bf16", "ck_attention int8"};
  for (int precision = CK_PRECISION_F32; precision <= CK_PRECISION_INT8; precision++) {
    check_begin(names[precision]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++, check_release())
      dense(precision, shapes[i].batch, shapes[i].heads, shapes[i].m, shapes[i].n, shapes[i].d);
  }
  check_begin("ck_cached_attention");
  for (size_t window = 0; window < 24; window += 7)
    for (size_t tokens = 1; tokens < 8; tokens += 3, check_release()) {
      cached(2, 2, 16, window, tokens);
      cached(6, 2, 20, window, tokens);
      cached(3, 1, 33, window, tokens);
      cached(1, 1, 1, window, tokens);
    }
}
