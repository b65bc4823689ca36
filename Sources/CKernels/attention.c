#include <math.h>
#include <stdlib.h>

#include "CKernels.h"
#include "table.h"

typedef struct {
  size_t m, n, d, stride_q, stride_k, stride_v, stride_out;
  const float *q, *k, *v;
  float *out, *scratch;
} attention;

static void attend_heads(void *context, size_t begin, size_t end) {
  const attention *a = context;
  for (size_t head = begin; head < end; head++) {
    size_t column = head * a->d;
    float *scores = a->scratch + head * a->m * a->n;
    ck_gemm_nt_serial(a->m, a->n, a->d, 1.0f / sqrtf((float)a->d), a->q + column, a->stride_q, a->k + column,
                      a->stride_k, scores, a->n, 0);
    ck_softmax_rows(a->m, a->n, scores, a->n);
    ck_gemm_nn_serial(a->m, a->d, a->n, scores, a->n, a->v + column, a->stride_v, a->out + column, a->stride_out,
                      0);
  }
}

void ck_attention(size_t heads, size_t m, size_t n, size_t d, const float *q, size_t stride_q, const float *k,
                  size_t stride_k, const float *v, size_t stride_v, float *out, size_t stride_out, float *scratch) {
  attention a = {m, n, d, stride_q, stride_k, stride_v, stride_out, q, k, v, out, scratch};
  ck_parallel_for(heads, 1, attend_heads, &a);
}

typedef struct {
  const ck_cached_sequence *sequences;
  size_t heads, kv_heads, d, longest;
} cached;

// Index = sequence * heads + head.
static void attend_cached(void *context, size_t begin, size_t end) {
  const cached *c = context;
  const ck_table *kernels = ck_kernels();
  float *scores = malloc(c->longest * sizeof(float));
  if (!scores) abort();
  float scale = 1.0f / sqrtf((float)c->d);
  for (size_t index = begin; index < end; index++) {
    const ck_cached_sequence *s = &c->sequences[index / c->heads];
    size_t head = index % c->heads, shared = head / (c->heads / c->kv_heads);
    const float *keys = s->keys + shared * s->capacity * c->d, *values = s->values + shared * s->capacity * c->d;
    for (size_t token = 0; token < s->tokens; token++) {
      size_t offset = (token * c->heads + head) * c->d, seen = s->past + token + 1;
      for (size_t i = 0; i < seen; i++) scores[i] = scale * kernels->dot(c->d, s->queries + offset, keys + i * c->d);
      kernels->softmax(seen, scores);
      float *out = s->out + offset;
      for (size_t i = 0; i < c->d; i++) out[i] = 0;
      for (size_t i = 0; i < seen; i++) kernels->accumulate(c->d, scores[i], values + i * c->d, out);
    }
  }
  free(scores);
}

void ck_cached_attention(size_t sequences, const ck_cached_sequence *sequence, size_t heads, size_t kv_heads,
                         size_t d) {
  size_t longest = 0, work = 0;
  for (size_t i = 0; i < sequences; i++) {
    size_t length = sequence[i].past + sequence[i].tokens;
    if (length > longest) longest = length;
    work += length * sequence[i].tokens * d;
  }
  if (longest == 0) return;
  cached c = {sequence, heads, kv_heads, d, longest};
  size_t per_index = work / sequences + 1;
  ck_parallel_for(sequences * heads, 16384 / per_index + 1, attend_cached, &c);
}
