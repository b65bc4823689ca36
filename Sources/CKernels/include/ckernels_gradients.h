#pragma once
#include <stddef.h>

#include "ckernels_quantized.h"

// Backward passes of the operations in ckernels_ops.h and what training needs beside them. `grad` is the gradient of the
// loss with respect to an operation's output; shapes are those of the forward pass.

/// The activation's backward pass, from the forward pass's input.
void ck_activate_backward(int activation, size_t count, const float *x, const float *grad, float *out);
/// The backward pass of tanh, from the forward pass's result `y`: `out = grad * (1 - y²)`.
void ck_tanh_backward(size_t count, const float *y, const float *grad, float *out);
/// `gate_up` and `out` `[rows, 2 * columns]`, `grad` `[rows, columns]`.
void ck_gate_backward(int activation, size_t rows, size_t columns, const float *gate_up, const float *grad,
                      float *out);
/// Writes `grad_x`; adds to `grad_weight` and `grad_bias` `[columns]` where they are not NULL.
void ck_layer_norm_backward(size_t rows, size_t columns, const float *x, const float *weight, float epsilon,
                            const float *grad, float *grad_x, float *grad_weight, float *grad_bias);
void ck_rms_norm_backward(size_t rows, size_t columns, const float *x, const float *weight, float epsilon,
                          const float *grad, float *grad_x, float *grad_weight);
/// `out[column] += sum over rows of x[row, column]`.
void ck_add_column_sums(size_t rows, size_t columns, const float *x, float *out);
/// `out = x * y`, element by element.
void ck_multiply(size_t count, const float *x, const float *y, float *out);
/// `out[i] *= factor`.
void ck_scale(size_t count, float factor, float *x);
/// Sum of squares, in double precision across blocks, in an order that does not depend on threads.
double ck_sum_of_squares(size_t count, const float *x);

/// `out[m, columns] = sum over all matrices' rows r of grad[m, r] * row r`: back through `ck_matmul`.
/// `grad` `[m, sum of rows]`.
void ck_matmul_backward(size_t m, size_t columns, const float *grad, size_t matrices, const ck_matrix *matrix,
                        float *out);

/// Cross-entropy of rows of logits `[rows, count]` against targets smoothed by `smoothing` towards the uniform
/// distribution, each row's times its weight, of any sign; NULL is 1 for all. `losses[row]` is set; the logits become the
/// gradient of `scale * sum of losses`.
void ck_cross_entropy(size_t rows, size_t count, const int *targets, const float *weights, float smoothing, float scale,
                      float *logits, float *losses);

/// What one step of AdamW has in common for all elements of a tensor.
typedef struct {
  float gradient_scale;     // the factor of clipping and accumulation
  float decay;              // 1 - learning rate * weight decay
  float beta1, beta2;
  float step_size;          // learning rate / (1 - beta1^t)
  float second_correction;  // 1 / sqrt(1 - beta2^t)
  float epsilon;
} ck_adamw_step;

void ck_adamw(size_t count, const ck_adamw_step *step, const float *grad, float *parameter, float *first, float *second);
/// `y = y * keep + x * (1 - keep)`: an exponential moving average.
void ck_blend(size_t count, float keep, const float *x, float *y);

/// Dense attention of a batch, without a mask. Strides are in floats between tokens; item `i` of a batch starts at
/// `i * m * stride` (`n` for keys and values).
typedef struct {
  size_t batch, heads, m, n, d;
  const float *q, *k, *v;
  size_t stride_q, stride_k, stride_v;
  const float *dropout;  // [batch, heads, m, n], 0 or 1 / (1 - p) for each probability; NULL: all 1
} ck_dense_attention;

/// `out` `[batch, m, heads * d]`; `probabilities` `[batch, heads, m, n]` are kept for the backward pass.
void ck_dense_attention_forward(const ck_dense_attention *attention, float *probabilities, float *out);
/// Writes the gradients of q, k and v, with the strides of q, k and v.
void ck_dense_attention_backward(const ck_dense_attention *attention, const float *probabilities, const float *grad,
                                 float *grad_q, float *grad_k, float *grad_v);

/// Captions packed one after the other, each attending causally to itself and to the whole prefix of its image.
/// Captions of one image lie together.
typedef struct {
  size_t images, heads, kv_heads, d, prefix_length;
  const size_t *first_caption;  // [images + 1]
  const size_t *first_token;    // [captions + 1]
  const float *qkv;             // [tokens, (heads + 2 * kv_heads) * d], queries and keys after the rotary embedding
  const float *prefix;          // image i's keys at i * prefix_stride, [kv_heads, prefix_length, d], values behind them
  size_t prefix_stride;
  size_t window;  // the most positions that a token sees, itself included; 0 is all
} ck_prefix_attention;

/// `out` `[tokens, heads * d]`.
void ck_prefix_attention_forward(const ck_prefix_attention *attention, float *out);
/// Writes `grad_qkv`; adds to `grad_prefix`, which is laid out as `prefix`. Either may be NULL.
void ck_prefix_attention_backward(const ck_prefix_attention *attention, const float *grad, float *grad_qkv,
                                  float *grad_prefix);

/// Rotates the first `turned` numbers of the first `heads` heads of each row by its position, in place; pairs lie as
/// halves of those afterwards. `cosines` and `sines` `[positions, turned / 2]`. `inverse` rotates back, from halves to
/// the layout that was there before.
void ck_rotate(size_t rows, size_t heads, size_t d, size_t turned, size_t stride, const int *positions,
               const float *cosines, const float *sines, int interleaved, int inverse, float *x);
