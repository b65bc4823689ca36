// Kernels over one row, written once with the compiler's vector types and compiled once for each instruction set: the file
// that includes this one sets the target and names the table. 16 floats are one AVX-512 register, two of AVX2, four of SSE
// or NEON. Sums run in 16 lanes, so results do not depend on the set but for fused multiply-add.
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "CKernels.h"
#include "table.h"

// Vectors never cross a real call: every function that takes or returns one is inlined.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

enum { LANES = 16 };
typedef float floats __attribute__((vector_size(64), aligned(4)));
typedef int32_t ints __attribute__((vector_size(64), aligned(4)));
typedef uint32_t words __attribute__((vector_size(64), aligned(4)));
typedef uint16_t half_words __attribute__((vector_size(32), aligned(2)));
typedef uint8_t bytes __attribute__((vector_size(16), aligned(1)));
typedef int8_t signed_bytes __attribute__((vector_size(16), aligned(1)));

#define INLINE static inline __attribute__((always_inline))

INLINE floats load(const float *p) { return *(const floats *)p; }
INLINE void store(float *p, floats v) { *(floats *)p = v; }
// Not `(floats){} + x`, which adds before it spreads.
INLINE floats spread(float x) { return (floats){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }
// Halves are folded upon each other: four steps, where lane after lane would be sixteen that wait for each other.
typedef float eight __attribute__((vector_size(32)));
typedef float four __attribute__((vector_size(16)));
INLINE eight lower_half(floats v) { return __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7); }
INLINE eight upper_half(floats v) { return __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15); }
INLINE float sum_lanes(floats v) {
  eight of_8 = lower_half(v) + upper_half(v);
  four of_4 = __builtin_shufflevector(of_8, of_8, 0, 1, 2, 3) + __builtin_shufflevector(of_8, of_8, 4, 5, 6, 7);
  of_4 += __builtin_shufflevector(of_4, of_4, 2, 3, 2, 3);
  return of_4[0] + of_4[1];
}
/// The largest of all lanes; NaN is passed over where another lane has a number.
INLINE float max_lanes(floats v) {
  eight of_8 = __builtin_elementwise_max(lower_half(v), upper_half(v));
  four of_4 = __builtin_elementwise_max(__builtin_shufflevector(of_8, of_8, 0, 1, 2, 3),
                                        __builtin_shufflevector(of_8, of_8, 4, 5, 6, 7));
  of_4 = __builtin_elementwise_max(of_4, __builtin_shufflevector(of_4, of_4, 2, 3, 2, 3));
  return of_4[0] > of_4[1] ? of_4[0] : of_4[1];
}
// A part of a vector: sets with masks bring their own.
#ifndef LOAD_SOME
INLINE floats load_some(const float *p, size_t count, float rest) {
  floats v = spread(rest);
  memcpy(&v, p, count * sizeof(float));
  return v;
}
INLINE void store_some(float *p, floats v, size_t count) { memcpy(p, &v, count * sizeof(float)); }
#else
INLINE floats load_some(const float *p, size_t count, float rest) { return (floats)LOAD_SOME(p, count, rest); }
INLINE void store_some(float *p, floats v, size_t count) { STORE_SOME(p, v, count); }
#endif

// 1 / x of finite x. Sets that find it faster than by division bring their own.
#ifndef RECIPROCAL
#define RECIPROCAL(x) (1.0f / (x))
#endif

/// e^x to about 1 ulp for x in [-87.3, 88.37], clamped there, so that it is finite: 2^n e^r, |r| <= ln2 / 2, n <= 127, Taylor
/// to r^7 (remainder 6e-9).
INLINE floats exponential(floats x) {
  x = __builtin_elementwise_min(__builtin_elementwise_max(x, spread(-87.3f)), spread(88.37f));
  floats shifted = x * 1.44269504088896341f + 12582912.0f;  // rounds to an integer in the low bits
  floats n = shifted - 12582912.0f;
  floats r = x - n * 0.693145751953125f;  // ln2 in two parts: the first has few bits, so that n times it is exact
  r = r - n * 1.42860682030941723e-6f;
  floats p = r * (1.0f / 5040) + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  ints power = ((ints)shifted - 0x4B400000 + 127) << 23;
  return p * (floats)power;
}

/// The normal distribution function Φ(x) = (1 + erf(x / √2)) / 2; erf as x P(x²) / Q(x²) on [-4, 4], fitted to 2.2e-7
/// (4.8e-7 with rounding).
INLINE floats normal_distribution(floats x) {
  floats z = x * 0.70710678118654752f;
  z = __builtin_elementwise_min(__builtin_elementwise_max(z, spread(-4.0f)), spread(4.0f));
  floats t = z * z;
  floats p = t * 1.97482861e-06f + 0.000288042577f;
  p = p * t + 0.00400367976f;
  p = p * t + 0.0534675794f;
  p = p * t + 0.196249716f;
  p = p * t + 1.12837898f;
  floats q = t * 3.74809097e-05f + 0.00121636897f;
  q = q * t + 0.0154444876f;
  q = q * t + 0.116476736f;
  q = q * t + 0.507252941f;
  q = q * t + 1.0f;
  floats erf = z * p * RECIPROCAL(q);
  erf = __builtin_elementwise_min(__builtin_elementwise_max(erf, spread(-1.0f)), spread(1.0f));
  return (erf + 1.0f) * 0.5f;
}

INLINE floats gelu_of(floats x) { return x * normal_distribution(x); }

/// The exponent of GELU by tanh, 2 √(2/π) (x + 0.044715 x³): (1 + tanh u) / 2 is the logistic function of 2u.
INLINE floats gelu_tanh_exponent(floats x) { return x * (x * x * 0.0713548162726f + 1.59576912160573f); }

// A choice by a comparison, which becomes one instruction, is for vectors of this type alone.
typedef float lanes __attribute__((ext_vector_type(16)));
/// x, or the bound that it is beyond; NaN stays.
INLINE floats within(floats least, floats x, floats most) {
  lanes v = (lanes)x, low = (lanes)least, high = (lanes)most;
  v = v < low ? low : v;
  v = v > high ? high : v;
  return (floats)v;
}

/// `kind` (enum ck_activation) is a constant wherever this is inlined.
INLINE floats activation_of(const int kind, floats x) {
  switch (kind) {
    case CK_ACTIVATION_GELU: return gelu_of(x);
    case CK_ACTIVATION_GELU_TANH: return x * RECIPROCAL(exponential(-gelu_tanh_exponent(x)) + 1.0f);
    case CK_ACTIVATION_QUICK_GELU: return x * RECIPROCAL(exponential(x * -1.702f) + 1.0f);
    case CK_ACTIVATION_RELU: return (floats)((ints)x & ~(x < 0.0f));  // NaN stays
    case CK_ACTIVATION_SILU: return x * RECIPROCAL(exponential(-x) + 1.0f);
    case CK_ACTIVATION_RELU6: return within(spread(0.0f), x, spread(6.0f));
    default: return x;
  }
}

/// `call(K)` with the activation as a constant, so that no loop asks which it is.
#define FOR_ACTIVATION(kind, call)                                       \
  switch (kind) {                                                        \
    case CK_ACTIVATION_GELU: call(CK_ACTIVATION_GELU); break;             \
    case CK_ACTIVATION_GELU_TANH: call(CK_ACTIVATION_GELU_TANH); break;   \
    case CK_ACTIVATION_QUICK_GELU: call(CK_ACTIVATION_QUICK_GELU); break; \
    case CK_ACTIVATION_RELU: call(CK_ACTIVATION_RELU); break;             \
    case CK_ACTIVATION_SILU: call(CK_ACTIVATION_SILU); break;             \
    case CK_ACTIVATION_RELU6: call(CK_ACTIVATION_RELU6); break;           \
    default: call(CK_ACTIVATION_NONE); break;                            \
  }

/// `out[i] = expression of (i-th lanes)`, whole vectors and then the rest.
#define EACH(count, body)                                                               \
  do {                                                                                  \
    size_t i = 0;                                                                       \
    for (; i + LANES <= (count); i += LANES) { enum { WHOLE = 1 }; const size_t n = LANES; body }  \
    if (i < (count)) { enum { WHOLE = 0 }; const size_t n = (count) - i; body }          \
  } while (0)
#define LOAD(p) (WHOLE ? load((p) + i) : load_some((p) + i, n, 0))
#define STORE(p, v) do { floats v_ = (v); if (WHOLE) store((p) + i, v_); else store_some((p) + i, v_, n); } while (0)

/// The largest of `count` numbers or, where `absolute`, of their magnitudes: four at a time, which do not wait for each other.
INLINE float largest_of(size_t count, const float *x, const int absolute) {
#define MAGNITUDE(v) (absolute ? __builtin_elementwise_abs(v) : (v))
  floats largest[4];
  for (int j = 0; j < 4; j++) largest[j] = spread(absolute ? 0 : -INFINITY);
  size_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES)
    for (int j = 0; j < 4; j++)
      largest[j] = __builtin_elementwise_max(largest[j], MAGNITUDE(load(x + i + j * LANES)));
  for (; i + LANES <= count; i += LANES) largest[0] = __builtin_elementwise_max(largest[0], MAGNITUDE(load(x + i)));
  if (i < count) largest[1] = __builtin_elementwise_max(largest[1], MAGNITUDE(load_some(x + i, count - i, absolute ? 0 : -INFINITY)));
  return max_lanes(__builtin_elementwise_max(__builtin_elementwise_max(largest[0], largest[1]),
                                             __builtin_elementwise_max(largest[2], largest[3])));
#undef MAGNITUDE
}

static float row_sum(size_t count, const float *x) {
  floats total = {};
  EACH(count, { total += LOAD(x); (void)n; });
  return sum_lanes(total);
}

static float dot(size_t count, const float *a, const float *b) {
  floats total = {}, second = {};
  size_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    total += load(a + i) * load(b + i);
    second += load(a + i + LANES) * load(b + i + LANES);
  }
  for (; i + LANES <= count; i += LANES) total += load(a + i) * load(b + i);
  if (i < count) second += load_some(a + i, count - i, 0) * load_some(b + i, count - i, 0);
  return sum_lanes(total + second);
}

static void accumulate(size_t count, float factor, const float *x, float *y) {
  EACH(count, { STORE(y, LOAD(y) + LOAD(x) * factor); });
}

/// Pairs of numbers are turned, from `x` to `out`, where they lie as halves. With the layout of halves `out` may be `x`.
static void turn(size_t half, int interleaved, const float *x, const float *cosines, const float *sines, float *out) {
#pragma clang fp contract(off)
  size_t i = 0;
  for (; i + LANES <= half; i += LANES) {
    floats a, b, c = load(cosines + i), s = load(sines + i);
    if (interleaved) {
      floats first = load(x + 2 * i), second = load(x + 2 * i + LANES);
      a = __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
      b = __builtin_shufflevector(first, second, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    } else {
      a = load(x + i), b = load(x + half + i);
    }
    store(out + i, a * c - b * s);
    store(out + half + i, b * c + a * s);
  }
  for (; i < half; i++) {
    float a = x[interleaved ? 2 * i : i], b = x[interleaved ? 2 * i + 1 : half + i];
    out[i] = a * cosines[i] - b * sines[i];
    out[half + i] = b * cosines[i] + a * sines[i];
  }
}

static void layer_norm(size_t rows, size_t columns, const float *x, const float *weight, const float *bias,
                       float epsilon, float *out) {
  for (size_t row = 0; row < rows; row++, x += columns, out += columns) {
    float mean = row_sum(columns, x) / (float)columns;
    floats squares = {};
    EACH(columns, {
      floats d = (WHOLE ? load(x + i) : load_some(x + i, n, mean)) - mean;
      squares += d * d;
    });
    float scale = 1.0f / sqrtf(sum_lanes(squares) / (float)columns + epsilon);
    EACH(columns, { STORE(out, (LOAD(x) - mean) * scale * LOAD(weight) + LOAD(bias)); });
  }
}

static void rms_norm(size_t rows, size_t columns, const float *x, const float *weight, float epsilon, float *out) {
  for (size_t row = 0; row < rows; row++, x += columns, out += columns) {
    float scale = 1.0f / sqrtf(dot(columns, x, x) / (float)columns + epsilon);
    EACH(columns, { STORE(out, LOAD(x) * scale * LOAD(weight)); });
  }
}

static void activate(int kind, size_t count, const float *x, float *out) {
#define CALL(K) EACH(count, { STORE(out, activation_of(K, LOAD(x))); })
  FOR_ACTIVATION(kind, CALL)
#undef CALL
}

static void gate(int kind, size_t columns, const float *gate, const float *up, float *out) {
#define CALL(K) EACH(columns, { STORE(out, activation_of(K, LOAD(gate)) * LOAD(up)); })
  FOR_ACTIVATION(kind, CALL)
#undef CALL
}

static void add_bias(size_t columns, const float *bias, float *x) {
  EACH(columns, { STORE(x, LOAD(x) + LOAD(bias)); });
}

static void add(size_t count, const float *x, float *y) { EACH(count, { STORE(y, LOAD(y) + LOAD(x)); }); }

static void add_scaled(size_t columns, const float *x, const float *bias, const float *scale, float *y) {
  EACH(columns, { STORE(y, LOAD(y) + (LOAD(x) + LOAD(bias)) * LOAD(scale)); });
}

static void softmax(size_t count, float *x) {
  float top = largest_of(count, x, 0);
  floats total = {};
  EACH(count, {
    floats e = exponential((WHOLE ? load(x + i) : load_some(x + i, n, -INFINITY)) - top);
    STORE(x, e);
    if (WHOLE) total += e; else total += load_some(x + i, n, 0);
  });
  float scale = 1.0f / sum_lanes(total);
  EACH(count, { STORE(x, LOAD(x) * scale); });
}

// ggml's blocks of 32: q4_0 {f16 d, 16 bytes} value d (q - 8); q4_1 {f16 d, f16 m, 16 bytes} value d q + m; low nibbles are
// elements 0..15, high ones 16..31; q8_0 {f16 d, 32 signed bytes} value d q.
INLINE floats widen(bytes q) { return __builtin_convertvector(__builtin_convertvector(q, ints), floats); }
INLINE floats low_nibbles(const uint8_t *q) { return widen(*(const bytes *)q & 15); }
INLINE floats high_nibbles(const uint8_t *q) { return widen(*(const bytes *)q >> 4); }
INLINE floats signed_values(const uint8_t *q) {
  return __builtin_convertvector(__builtin_convertvector(*(const signed_bytes *)q, ints), floats);
}

static float dot_q4_0(size_t blocks, const void *row, const float *x, const float *block_sums) {
  const uint8_t *block = row;
  floats total = {};
  float offset = 0;
  for (size_t b = 0; b < blocks; b++, block += 18, x += 32) {
    float d = HALF(block);
    total += (low_nibbles(block + 2) * load(x) + high_nibbles(block + 2) * load(x + 16)) * d;
    offset += d * block_sums[b];
  }
  return sum_lanes(total) - 8 * offset;
}

static float dot_q4_1(size_t blocks, const void *row, const float *x, const float *block_sums) {
  const uint8_t *block = row;
  floats total = {};
  float offset = 0;
  for (size_t b = 0; b < blocks; b++, block += 20, x += 32) {
    total += (low_nibbles(block + 4) * load(x) + high_nibbles(block + 4) * load(x + 16)) * HALF(block);
    offset += HALF(block + 2) * block_sums[b];
  }
  return sum_lanes(total) + offset;
}

static float dot_q8_0(size_t blocks, const void *row, const float *x, const float *block_sums) {
  (void)block_sums;
  const uint8_t *block = row;
  floats total = {};
  for (size_t b = 0; b < blocks; b++, block += 34, x += 32)
    total += (signed_values(block + 2) * load(x) + signed_values(block + 18) * load(x + 16)) * HALF(block);
  return sum_lanes(total);
}

#ifdef HALF_IS_NATIVE
typedef _Float16 halves __attribute__((vector_size(32), aligned(1)));
static void unpack_f16(size_t count, const void *source, float *destination) {
  const uint8_t *p = source;
  size_t i = 0;
  for (; i + LANES <= count; i += LANES)
    store(destination + i, __builtin_convertvector(*(const halves *)(p + 2 * i), floats));
  for (; i < count; i++) destination[i] = HALF(p + 2 * i);
}
#else
static void unpack_f16(size_t count, const void *source, float *destination) {
  for (size_t i = 0; i < count; i++) destination[i] = HALF((const uint8_t *)source + 2 * i);
}
#endif

static void unpack_q4_0(size_t blocks, const void *source, float *destination) {
  const uint8_t *block = source;
  for (size_t b = 0; b < blocks; b++, block += 18, destination += 32) {
    float d = HALF(block);
    store(destination, (low_nibbles(block + 2) - 8.0f) * d);
    store(destination + 16, (high_nibbles(block + 2) - 8.0f) * d);
  }
}

static void unpack_q4_1(size_t blocks, const void *source, float *destination) {
  const uint8_t *block = source;
  for (size_t b = 0; b < blocks; b++, block += 20, destination += 32) {
    // Not fused: the value is a rounded product and a rounded sum, as the format's reference computes it.
    floats low = low_nibbles(block + 4) * HALF(block), high = high_nibbles(block + 4) * HALF(block);
    low = low + HALF(block + 2);
    high = high + HALF(block + 2);
    store(destination, low);
    store(destination + 16, high);
  }
}

static void unpack_q8_0(size_t blocks, const void *source, float *destination) {
  const uint8_t *block = source;
  for (size_t b = 0; b < blocks; b++, block += 34, destination += 32) {
    store(destination, signed_values(block + 2) * HALF(block));
    store(destination + 16, signed_values(block + 18) * HALF(block));
  }
}

/// One block of a row in signed bytes: the largest magnitude becomes 127, ties go to even. Returns the scale, and through
/// `sum` the scale times the sum of the codes. What is not finite makes the scale so.
INLINE float round_block(size_t count, const float *x, int8_t *codes, float *sum) {
  float top = largest_of(count, x, 1);
  // A maximum passes over NaN; its product with 0 does not.
  float inverse = top > 0 ? 127.0f / top : 0, scale = top / 127.0f;
  ints total = {};
  floats poison = {};
  EACH(count, {
    floats v = LOAD(x);
    poison += v * 0.0f;
    ints q = (ints)(v * inverse + 12582912.0f) - 0x4B400000;
    total += q;
    signed_bytes narrow = __builtin_convertvector(q, signed_bytes);
    memcpy(codes + i, &narrow, n);
  });
  float factor = sum_lanes(poison);
  if (factor != 0) scale = factor;
  *sum = scale * (float)__builtin_reduce_add(total);
  return scale;
}

/// Blocks that lie one after the other. Those of 32 are straight code, so that several are on their way at once.
static void round_int8(size_t blocks, size_t count, const float *x, int8_t *codes, float *scales, float *sums) {
  for (size_t b = 0; b < blocks; b++, x += count, codes += count)
    scales[b] = count == 32 ? round_block(32, x, codes, &sums[b]) : round_block(count, x, codes, &sums[b]);
}

#include "tiles.h"
#include "depthwise.h"
#include "row_gradients.h"

const ck_table TABLE = {
    .name = TABLE_NAME,
    .layer_norm = layer_norm,
    .rms_norm = rms_norm,
    .activate = activate,
    .gate = gate,
    .add_bias = add_bias,
    .add = add,
    .add_scaled = add_scaled,
    .softmax = softmax,
    .dot = dot,
    .accumulate = accumulate,
    .turn = turn,
    .dot_q4_0 = dot_q4_0,
    .dot_q4_1 = dot_q4_1,
    .dot_q8_0 = dot_q8_0,
    .unpack_f16 = unpack_f16,
    .unpack_q4_0 = unpack_q4_0,
    .unpack_q4_1 = unpack_q4_1,
    .unpack_q8_0 = unpack_q8_0,
    .round_int8 = round_int8,
    .round_bf16 = round_bf16,
    .round_to_bf16 = round_to_bf16,
    .pack_units = pack_units,
    .transpose = transpose,
    .pair_bf16 = pair_bf16,
    .tile_f32 = tile_f32,
    .tile_bf16 = tile_bf16,
    .finish_tile = finish_tile,
    .depthwise_row = depthwise_row,
    .activate_backward = activate_backward,
    .gate_backward = gate_backward,
    .layer_norm_backward = layer_norm_backward,
    .rms_norm_backward = rms_norm_backward,
    .norm_parameters_backward = norm_parameters_backward,
    .softmax_backward = softmax_backward,
    .cross_entropy = cross_entropy,
    .adamw = adamw,
    .blend = blend,
    .multiply = multiply,
};

#pragma clang diagnostic pop
