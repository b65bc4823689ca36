// Backward kernels over rows, the counterparts of those in row_kernels.h, which includes this file before its table.
// `grad` is the gradient of the loss with respect to an operation's output.

/// The derivative of x Φ(x): Φ(x) + x φ(x).
INLINE floats gelu_slope(floats x) {
  floats density = exponential(x * x * -0.5f) * 0.39894228040143268f;
  return normal_distribution(x) + x * density;
}

/// The derivative of x σ(e(x)), where `turn` is x e'(x): σ (1 + x e' (1 - σ)). As 1 - σ is e^-e σ, it loses no digits
/// where σ is almost 1, which x e' would enlarge.
INLINE floats logistic_slope(floats exponent, floats turn) {
  floats power = exponential(__builtin_elementwise_min(-exponent, spread(80.0f)));  // finite
  floats sigmoid = RECIPROCAL(power + 1.0f);
  return sigmoid * (1.0f + turn * (power * sigmoid));
}

/// As x σ(2u); x e' is 2 √(2/π) (x + 3 · 0.044715 x³).
INLINE floats gelu_tanh_slope(floats x) {
  return logistic_slope(gelu_tanh_exponent(x), x * (x * x * 0.2140644488178f + 1.59576912160573f));
}

/// The derivative of an activation; of ReLU at 0 it is 0.
INLINE floats slope_of(const int kind, floats x) {
  // Slopes by the logistic function are 0 or 1 beyond ±100, where products might overflow.
  floats y = __builtin_elementwise_min(__builtin_elementwise_max(x, spread(-100.0f)), spread(100.0f));
  switch (kind) {
    case CK_ACTIVATION_GELU: return gelu_slope(x);
    case CK_ACTIVATION_GELU_TANH: return gelu_tanh_slope(y);
    case CK_ACTIVATION_QUICK_GELU: return logistic_slope(y * 1.702f, y * 1.702f);
    case CK_ACTIVATION_RELU: return (floats)((ints)spread(1.0f) & (x > 0.0f));
    case CK_ACTIVATION_SILU: return logistic_slope(y, y);
    case CK_ACTIVATION_RELU6: return (floats)((ints)spread(1.0f) & (x > 0.0f) & (x < 6.0f));
    default: return spread(1.0f);
  }
}

/// `out[i] = grad[i] * d activation(x) / dx`.
static void activate_backward(int kind, size_t count, const float *x, const float *grad, float *out) {
#define CALL(K) EACH(count, { STORE(out, LOAD(grad) * slope_of(K, LOAD(x))); })
  FOR_ACTIVATION(kind, CALL)
#undef CALL
}

/// Of `activation(gate) * up`.
static void gate_backward(int kind, size_t columns, const float *gate, const float *up, const float *grad,
                          float *grad_gate, float *grad_up) {
#define CALL(K)                                       \
  EACH(columns, {                                     \
    floats g = LOAD(gate);                            \
    floats d = LOAD(grad);                            \
    floats slope = d * LOAD(up) * slope_of(K, g);     \
    STORE(grad_up, d * activation_of(K, g));          \
    STORE(grad_gate, slope);                          \
  })
  FOR_ACTIVATION(kind, CALL)
#undef CALL
}

/// `statistics[row] = {mean, 1 / deviation}`. With n = (x - mean) / deviation and g = grad * weight:
/// `grad_x = (g - mean(g) - n mean(g n)) / deviation`.
static void layer_norm_backward(size_t rows, size_t columns, const float *x, const float *weight, float epsilon,
                                const float *grad, float *grad_x, float *statistics) {
  for (size_t row = 0; row < rows; row++, x += columns, grad += columns, grad_x += columns) {
    float mean = row_sum(columns, x) / (float)columns;
    floats squares = {}, sums = {}, products = {};
    EACH(columns, {
      floats d = (WHOLE ? load(x + i) : load_some(x + i, n, mean)) - mean;
      floats g = LOAD(grad) * LOAD(weight);
      squares += d * d;
      sums += g;
      products += g * d;
    });
    float scale = 1.0f / sqrtf(sum_lanes(squares) / (float)columns + epsilon);
    float mean_g = sum_lanes(sums) / (float)columns;
    float mean_gn = sum_lanes(products) * scale / (float)columns;
    EACH(columns, {
      floats normal = (LOAD(x) - mean) * scale;
      STORE(grad_x, (LOAD(grad) * LOAD(weight) - mean_g - normal * mean_gn) * scale);
    });
    statistics[2 * row] = mean;
    statistics[2 * row + 1] = scale;
  }
}

/// As of a layer norm whose mean is 0: `grad_x = (g - n mean(g n)) / rms`.
static void rms_norm_backward(size_t rows, size_t columns, const float *x, const float *weight, float epsilon,
                              const float *grad, float *grad_x, float *statistics) {
  for (size_t row = 0; row < rows; row++, x += columns, grad += columns, grad_x += columns) {
    float scale = 1.0f / sqrtf(dot(columns, x, x) / (float)columns + epsilon);
    floats products = {};
    EACH(columns, { products += LOAD(grad) * LOAD(weight) * LOAD(x); (void)n; });
    float mean_gn = sum_lanes(products) * scale / (float)columns;
    EACH(columns, { STORE(grad_x, (LOAD(grad) * LOAD(weight) - LOAD(x) * (scale * mean_gn)) * scale); });
    statistics[2 * row] = 0;
    statistics[2 * row + 1] = scale;
  }
}

/// Columns of a norm's parameters: `grad_weight += sum over rows of grad * n`, `grad_bias += sum of grad` (NULL: none).
static void norm_parameters_backward(size_t rows, size_t stride, size_t columns, const float *x, const float *grad,
                                     const float *statistics, float *grad_weight, float *grad_bias) {
  for (size_t row = 0; row < rows; row++, x += stride, grad += stride) {
    float mean = statistics[2 * row], scale = statistics[2 * row + 1];
    EACH(columns, { STORE(grad_weight, LOAD(grad_weight) + LOAD(grad) * ((LOAD(x) - mean) * scale)); });
    if (grad_bias) EACH(columns, { STORE(grad_bias, LOAD(grad_bias) + LOAD(grad)); });
  }
}

/// `x[i] = p[i] (x[i] - p · x) scale`: through a softmax, and the scale of the scores before it.
static void softmax_backward(size_t count, float scale, const float *p, float *x) {
  float total = dot(count, p, x);
  EACH(count, { STORE(x, LOAD(p) * (LOAD(x) - total) * scale); });
}

/// Cross-entropy of one row of logits z against a target smoothed by ε: `log Σ e^z - (1 - ε) z[target] - ε mean(z)`.
/// The logits become its gradient times `scale`: `softmax(z) - ε / count`, at the target `- (1 - ε)` as well.
static float cross_entropy(size_t count, size_t target, float smoothing, float scale, float *z) {
  floats largest = spread(-INFINITY), sums = {};
  EACH(count, {
    floats v = WHOLE ? load(z + i) : load_some(z + i, n, -INFINITY);
    largest = __builtin_elementwise_max(largest, v);
    sums += LOAD(z);
  });
  float top = max_lanes(largest);
  float at_target = z[target], mean = sum_lanes(sums) / (float)count;
  floats total = {};
  EACH(count, {
    floats e = exponential((WHOLE ? load(z + i) : load_some(z + i, n, -INFINITY)) - top);
    STORE(z, e);
    if (WHOLE) total += e; else total += load_some(z + i, n, 0);
  });
  float sum = sum_lanes(total), factor = scale / sum, share = scale * smoothing / (float)count;
  EACH(count, { STORE(z, LOAD(z) * factor - share); });
  z[target] -= scale * (1 - smoothing);
  return top + logf(sum) - (1 - smoothing) * at_target - smoothing * mean;
}

/// One step of AdamW (Loshchilov & Hutter 2019), in the order of PyTorch: decay, moments, update.
static void adamw(size_t count, const ck_adamw_step *s, const float *grad, float *parameter, float *first,
                  float *second) {
  EACH(count, {
    floats g = LOAD(grad) * s->gradient_scale;
    floats p = LOAD(parameter) * s->decay;
    floats m = LOAD(first) * s->beta1 + g * (1 - s->beta1);
    floats v = LOAD(second) * s->beta2 + g * g * (1 - s->beta2);
    STORE(first, m);
    STORE(second, v);
    floats deviation = __builtin_elementwise_sqrt(v) * s->second_correction + s->epsilon;
    STORE(parameter, p - m / deviation * s->step_size);
  });
}

/// `y = y * keep + x * (1 - keep)`.
static void blend(size_t count, float keep, const float *x, float *y) {
  EACH(count, { STORE(y, LOAD(y) * keep + LOAD(x) * (1 - keep)); });
}

static void multiply(size_t count, const float *x, const float *y, float *out) {
  EACH(count, { STORE(out, LOAD(x) * LOAD(y)); });
}
