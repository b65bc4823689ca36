#include <math.h>
#include <string.h>

#include "CKernels.h"
#include "packed.h"
#include "table.h"

typedef struct {
  const ck_attention_layout *layout;
  const float *q, *k, *v;
  float *out;
  int precision;
} attention;

static void attend_f32(const attention *a, size_t item, size_t head, float *scores) {
  const ck_attention_layout *l = a->layout;
  size_t column = head * l->d;
  ck_gemm_nt(l->m, l->n, l->d, 1.0f / sqrtf((float)l->d), a->q + item * l->m * l->stride_q + column, l->stride_q,
             a->k + item * l->n * l->stride_k + column, l->stride_k, scores, l->n, 0);
  ck_softmax_rows(l->m, l->n, scores, l->n);
  ck_gemm_nn(l->m, l->d, l->n, scores, l->n, a->v + item * l->n * l->stride_v + column, l->stride_v,
             a->out + item * l->m * l->stride_out + column, l->stride_out, 0);
}

/// Keys and values of one head become packed matrices, which the queries and the probabilities then meet.
static void attend_bf16(const attention *a, size_t item, size_t head, float *scores, const float *scales, void *memory) {
  const ck_attention_layout *l = a->layout;
  ck_packed keys = ck_packed_floats(CK_PRECISION_BF16, l->n, l->d), values = ck_packed_floats(CK_PRECISION_BF16, l->d, l->n);
  keys.data = values.data = memory;
  size_t column = head * l->d;
  ck_pack(&keys, a->k + item * l->n * l->stride_k + column, l->stride_k, 0, memory);
  ck_epilogue scaled = {.scale = scales};
  ck_packed_product(l->m, a->q + item * l->m * l->stride_q + column, l->stride_q, 1, &keys, &scaled, scores, l->n);
  ck_softmax_rows(l->m, l->n, scores, l->n);
  ck_pack(&values, a->v + item * l->n * l->stride_v + column, l->stride_v, 1, memory);
  ck_packed_product(l->m, scores, l->n, 1, &values, NULL, a->out + item * l->m * l->stride_out + column, l->stride_out);
}

// Index = item * heads + head.
static void attend_heads_f16(void *context, size_t begin, size_t end) {
  const attention *a = context;
  const ck_attention_layout *l = a->layout;
  for (size_t index = begin; index < end; index++) {
    size_t item = index / l->heads, column = index % l->heads * l->d;
    ck_attend_f16(l, a->q + item * l->m * l->stride_q + column, a->k + item * l->n * l->stride_k + column,
                  a->v + item * l->n * l->stride_v + column, a->out + item * l->m * l->stride_out + column);
  }
}

static void attend_heads(void *context, size_t begin, size_t end) {
  const attention *a = context;
  const ck_attention_layout *l = a->layout;
  float *scores = ck_take((l->m + 1) * l->n * sizeof(float)), *scales = scores + l->m * l->n;
  void *memory = NULL;
  if (a->precision == CK_PRECISION_BF16) {
    ck_packed keys = ck_packed_floats(CK_PRECISION_BF16, l->n, l->d), values = ck_packed_floats(CK_PRECISION_BF16, l->d, l->n);
    size_t bytes = ck_packed_size(&keys), other = ck_packed_size(&values);
    memory = ck_take(bytes > other ? bytes : other);
    for (size_t i = 0; i < l->n; i++) scales[i] = 1.0f / sqrtf((float)l->d);
  }
  for (size_t index = begin; index < end; index++) {
    if (a->precision == CK_PRECISION_BF16) {
      attend_bf16(a, index / l->heads, index % l->heads, scores, scales, memory);
    } else {
      attend_f32(a, index / l->heads, index % l->heads, scores);
    }
  }
  ck_give(scores);
  ck_give(memory);
}

void ck_attention(const ck_attention_layout *layout, int precision, const float *q, const float *k, const float *v,
                  float *out) {
  if (layout->m == 0 || layout->n == 0) return;
  int halves = precision == CK_PRECISION_INT8 && !ck_bf16_is_fast() && ck_f16_is_fast();
  if (precision == CK_PRECISION_INT8) precision = ck_bf16_is_fast() ? CK_PRECISION_BF16 : CK_PRECISION_F32;
  attention a = {layout, q, k, v, out, precision};
  ck_parallel_for(layout->batch * layout->heads, 1, halves ? attend_heads_f16 : attend_heads, &a);
}

typedef struct {
  const ck_cached_sequence *sequences;
  size_t heads, kv_heads, d, longest, window;  // longest: scores of a head, at the most
} cached;

// From so many queries on, products of matrices serve them faster than a dot product for each position.
enum { MANY_QUERIES = 4 };

static size_t first_seen(const cached *c, size_t seen) { return c->window && seen > c->window ? seen - c->window : 0; }

/// All positions that the last query sees, for all queries; those that a query must not see have probability 0.
static void attend_many(const cached *c, const ck_cached_sequence *s, size_t head, float *scores) {
  size_t width = c->heads * c->d, length = s->past + s->tokens, shared = head / (c->heads / c->kv_heads);
  const float *keys = s->keys + shared * s->capacity * c->d, *values = s->values + shared * s->capacity * c->d;
  ck_gemm_nt(s->tokens, length, c->d, 1.0f / sqrtf((float)c->d), s->queries + head * c->d, width, keys, c->d, scores, length, 0);
  for (size_t token = 0; token < s->tokens; token++) {
    size_t seen = s->past + token + 1, first = first_seen(c, seen);
    float *row = scores + token * length;
    memset(row, 0, first * sizeof(float));
    ck_kernels()->softmax(seen - first, row + first);
    memset(row + seen, 0, (length - seen) * sizeof(float));
  }
  ck_gemm_nn(s->tokens, c->d, length, scores, length, values, c->d, s->out + head * c->d, width, 0);
}

static void attend_few(const cached *c, const ck_cached_sequence *s, size_t head, float *scores) {
  const ck_table *kernels = ck_kernels();
  size_t shared = head / (c->heads / c->kv_heads);
  const float *keys = s->keys + shared * s->capacity * c->d, *values = s->values + shared * s->capacity * c->d;
  float scale = 1.0f / sqrtf((float)c->d);
  for (size_t token = 0; token < s->tokens; token++) {
    size_t offset = (token * c->heads + head) * c->d, seen = s->past + token + 1, first = first_seen(c, seen);
    for (size_t i = first; i < seen; i++) scores[i] = scale * kernels->dot(c->d, s->queries + offset, keys + i * c->d);
    kernels->softmax(seen - first, scores + first);
    float *out = s->out + offset;
    for (size_t i = 0; i < c->d; i++) out[i] = 0;
    for (size_t i = first; i < seen; i++) kernels->accumulate(c->d, scores[i], values + i * c->d, out);
  }
}

// Index = sequence * heads + head.
static void attend_cached(void *context, size_t begin, size_t end) {
  const cached *c = context;
  float *scores = ck_take(c->longest * sizeof(float));
  for (size_t index = begin; index < end; index++) {
    const ck_cached_sequence *s = &c->sequences[index / c->heads];
    (s->tokens < MANY_QUERIES ? attend_few : attend_many)(c, s, index % c->heads, scores);
  }
  ck_give(scores);
}

void ck_cached_attention(size_t sequences, const ck_cached_sequence *sequence, size_t heads, size_t kv_heads,
                         size_t d, size_t window) {
  size_t longest = 0, work = 0;
  for (size_t i = 0; i < sequences; i++) {
    size_t length = sequence[i].past + sequence[i].tokens;
    size_t scores = sequence[i].tokens < MANY_QUERIES ? length : sequence[i].tokens * length;
    if (scores > longest) longest = scores;
    work += length * sequence[i].tokens * d;
  }
  if (longest == 0) return;
  cached c = {sequence, heads, kv_heads, d, longest, window};
  size_t per_index = work / sequences + 1;
  ck_parallel_for(sequences * heads, 16384 / per_index + 1, attend_cached, &c);
}
