#pragma once
#include <stddef.h>

// Element-wise and row-wise operations over `[rows, columns]` floats, shared among the pool's threads where that pays.
// `out` may be `x`. One table of function pointers, chosen once for this processor: AVX-512, AVX2, NEON or portable C.

/// `out = (x - mean) / sqrt(variance + epsilon) * weight + bias`, biased variance.
void ck_layer_norm(size_t rows, size_t columns, const float *x, const float *weight, const float *bias, float epsilon,
                   float *out);
/// `out = x / sqrt(mean(x²) + epsilon) * weight`.
void ck_rms_norm(size_t rows, size_t columns, const float *x, const float *weight, float epsilon, float *out);
/// GELU is `x / 2 * (1 + erf(x / √2))` (absolute error of erf below 5e-7), of tanh `x σ(2 √(2/π) (x + 0.044715 x³))`, quick
/// `x σ(1.702 x)`; SiLU is `x σ(x)`; ReLU6 is x within 0 and 6.
enum ck_activation {
  CK_ACTIVATION_NONE,
  CK_ACTIVATION_GELU,
  CK_ACTIVATION_GELU_TANH,
  CK_ACTIVATION_QUICK_GELU,
  CK_ACTIVATION_RELU,
  CK_ACTIVATION_SILU,
  CK_ACTIVATION_RELU6,
};

/// `out = activation(x)`.
void ck_activate(int activation, size_t count, const float *x, float *out);
void ck_tanh(size_t count, const float *x, float *out);
/// `x[row, column] += bias[column]`, then the activation.
void ck_add_bias(size_t rows, size_t columns, const float *bias, int activation, float *x);
/// `out[row, i] = activation(gate_up[row, i]) * gate_up[row, columns + i]`; gate_up is `[rows, 2 * columns]`.
void ck_gate(int activation, size_t rows, size_t columns, const float *gate_up, float *out);
/// `y += x`.
void ck_add(size_t count, const float *x, float *y);
/// `y[row, column] += (x[row, column] + bias[column]) * scale[column]`: a residual with layer scale.
void ck_add_scaled(size_t rows, size_t columns, const float *x, const float *bias, const float *scale, float *y);
/// Rows become probabilities; on the calling thread.
void ck_softmax_rows(size_t rows, size_t columns, float *x, size_t stride);
/// The rotary embedding (Su et al. 2021) of `heads` heads `[heads, d]` of one position: the first `turned` numbers of
/// each are pairs, number i and `i + turned / 2`, or 2i and 2i + 1 where they are `interleaved`; a pair is rotated by
/// its cosine and sine, `[turned / 2]`. Results begin `stride` floats apart, pairs as halves. On the calling thread.
/// `out` may be `x` where pairs are not interleaved and `stride` is `d`.
void ck_turn_heads(size_t heads, size_t d, size_t turned, int interleaved, const float *x, const float *cosines,
                   const float *sines, float *out, size_t stride);
/// Shapes of a multi-head attention of dense rows without a mask: of each item of a batch queries `[m, heads * d]`, keys and
/// values `[n, heads * d]`, results `[m, heads * d]`, each with its stride in floats between tokens.
typedef struct {
  size_t batch, heads, m, n, d, stride_q, stride_k, stride_v, stride_out;
} ck_attention_layout;

/// Products are in `precision` (enum ck_precision), softmax is in f32. int8 takes the fastest here of what is more exact than
/// 8 bits: bfloat16, halves (AVX-512 FP16; softmax is in halves, too), or f32.
void ck_attention(const ck_attention_layout *layout, int precision, const float *q, const float *k, const float *v,
                  float *out);

/// One sequence of a cached, causal, grouped-query attention.
typedef struct {
  const float *queries;  // [tokens, heads * d]
  const float *keys;     // [kv_heads, capacity, d]
  const float *values;   // [kv_heads, capacity, d]
  float *out;            // [tokens, heads * d]
  size_t tokens;         // queries
  size_t past;           // cached positions before the first query; query t sees past + t + 1 positions
  size_t capacity;
} ck_cached_sequence;

/// `window`: the most positions that a query sees, itself included; 0 is all.
void ck_cached_attention(size_t sequences, const ck_cached_sequence *sequence, size_t heads, size_t kv_heads, size_t d,
                         size_t window);

/// The instruction set that is used: "AVX-512", "AVX2", "NEON" or "portable".
const char *ck_instruction_set(void);
/// Chooses a set by that name; returns 0 where this processor lacks it. "AVX-512 BF16" is AVX-512 with the processor's own
/// products of bfloat16, even where these are slow.
int ck_use_instruction_set(const char *name);
