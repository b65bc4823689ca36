#include "ckernels_dequantize.h"
#include "half.h"

#include <string.h>

/* A product and a sum are rounded one after the other, as the reference does, also where a fused instruction exists. */
#pragma STDC FP_CONTRACT OFF

static uint16_t load16(const uint8_t *source) {
  return (uint16_t)(source[0] | source[1] << 8);
}

static uint32_t load32(const uint8_t *source) {
  return source[0] | (uint32_t)source[1] << 8 | (uint32_t)source[2] << 16 | (uint32_t)source[3] << 24;
}

static float float_from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

float ck_float_from_half(uint16_t half) { return ck_half_to_float(&half); }

void ck_halves_from_floats(const float *source, uint16_t *destination, size_t count) {
  for (size_t i = 0; i < count; i++) destination[i] = ck_half_from_float(source[i]);
}

static float load_half(const uint8_t *source) {
  return ck_float_from_half(load16(source));
}

/* 32 nibbles in 16 bytes: element j in the low half of byte j, element j + 16 in its high half. */
static void unpack_nibbles(const uint8_t *packed, uint8_t values[32]) {
  for (int j = 0; j < 16; j++) {
    values[j] = packed[j] & 0x0f;
    values[j + 16] = packed[j] >> 4;
  }
}

/* As above, with the fifth bit of element j in bit j of `high`. */
static void unpack_five_bits(const uint8_t *high, const uint8_t *packed, uint8_t values[32]) {
  uint32_t bits = load32(high);
  unpack_nibbles(packed, values);
  for (int j = 0; j < 32; j++) values[j] |= (uint8_t)((bits >> j & 1) << 4);
}

/* Every block-quantised type is codes q, and for each group of columns (16 in q6_K, 32 elsewhere) a scale and a minimum:
   value = scale * q + minimum. */
typedef void (*block_function)(const uint8_t *block, uint8_t *codes, float *scales, float *minima);

/* Block: f16 scale, 16 bytes. Value: scale * (q - 8). */
static void split_q4_0(const uint8_t *block, uint8_t *codes, float *scales, float *minima) {
  scales[0] = load_half(block);
  minima[0] = -8 * scales[0];
  unpack_nibbles(block + 2, codes);
}

/* Block: f16 scale, f16 minimum, 16 bytes. Value: scale * q + minimum. */
static void split_q4_1(const uint8_t *block, uint8_t *codes, float *scales, float *minima) {
  scales[0] = load_half(block);
  minima[0] = load_half(block + 2);
  unpack_nibbles(block + 4, codes);
}

/* Block: f16 scale, 4 bytes of fifth bits, 16 bytes. Value: scale * (q - 16). */
static void split_q5_0(const uint8_t *block, uint8_t *codes, float *scales, float *minima) {
  scales[0] = load_half(block);
  minima[0] = -16 * scales[0];
  unpack_five_bits(block + 2, block + 6, codes);
}

/* Block: f16 scale, f16 minimum, 4 bytes of fifth bits, 16 bytes. Value: scale * q + minimum. */
static void split_q5_1(const uint8_t *block, uint8_t *codes, float *scales, float *minima) {
  scales[0] = load_half(block);
  minima[0] = load_half(block + 2);
  unpack_five_bits(block + 4, block + 8, codes);
}

/* Block: f16 scale, 32 signed bytes q. Value: scale * q; the code is q + 128. */
static void split_q8_0(const uint8_t *block, uint8_t *codes, float *scales, float *minima) {
  scales[0] = load_half(block);
  minima[0] = -128 * scales[0];
  for (int j = 0; j < 32; j++) codes[j] = block[2 + j] ^ 0x80;
}

/* Eight 6-bit scales and eight 6-bit minima in 12 bytes: numbers 0-3 lie in the low six bits of bytes 0-3 (scales) and
   4-7 (minima); numbers 4-7 have their low four bits in bytes 8-11 and their high two atop of bytes 0-7. */
static void unpack_scale_and_minimum(const uint8_t *packed, int index, int *scale, int *minimum) {
  if (index < 4) {
    *scale = packed[index] & 63;
    *minimum = packed[index + 4] & 63;
  } else {
    *scale = (packed[index + 4] & 0x0f) | (packed[index - 4] >> 6) << 4;
    *minimum = (packed[index + 4] >> 4) | (packed[index] >> 6) << 4;
  }
}

/* Block of 256 in eight groups of 32: f16 scale, f16 minimum, 12 bytes of group scales and minima, (q5_K only) 32 bytes
   of fifth bits, 128 bytes of nibbles. Groups 2k and 2k + 1 share 32 bytes: its low and its high halves. The fifth bit
   of element j of group g is bit g of byte j. Value: (scale * group scale) * q - minimum * group minimum. */
static void split_q45_K(const uint8_t *block, const uint8_t *fifth_bits, const uint8_t *nibbles, uint8_t *codes,
                        float *scales, float *minima) {
  float block_scale = load_half(block);
  float block_minimum = load_half(block + 2);
  for (int group = 0; group < 8; group++) {
    int group_scale, group_minimum;
    unpack_scale_and_minimum(block + 4, group, &group_scale, &group_minimum);
    scales[group] = block_scale * (float)group_scale;
    minima[group] = -(block_minimum * (float)group_minimum);
    const uint8_t *packed = nibbles + 32 * (group / 2);
    for (int j = 0; j < 32; j++) {
      int q = group % 2 ? packed[j] >> 4 : packed[j] & 0x0f;
      if (fifth_bits) q |= (fifth_bits[j] >> group & 1) << 4;
      codes[32 * group + j] = (uint8_t)q;
    }
  }
}

static void split_q4_K(const uint8_t *block, uint8_t *codes, float *scales, float *minima) {
  split_q45_K(block, NULL, block + 16, codes, scales, minima);
}

static void split_q5_K(const uint8_t *block, uint8_t *codes, float *scales, float *minima) {
  split_q45_K(block, block + 16, block + 48, codes, scales, minima);
}

/* Block of 256 in two halves of 128: 128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed group scales (one
   for 16 elements), f16 scale. Within a half, quarter r (32 elements) has its nibbles in bytes 32 * (r % 2) + j, low
   ones first, and its bit pairs at bit 2 * r of byte j. Value: (scale * group scale) * (q - 32). */
static void split_q6_K(const uint8_t *block, uint8_t *codes, float *scales, float *minima) {
  float block_scale = load_half(block + 208);
  for (int group = 0; group < 16; group++) {
    scales[group] = block_scale * (float)(int8_t)block[192 + group];
    minima[group] = -32 * scales[group];
  }
  for (int half = 0; half < 2; half++) {
    const uint8_t *low = block + 64 * half;
    const uint8_t *high = block + 128 + 32 * half;
    for (int quarter = 0; quarter < 4; quarter++) {
      for (int j = 0; j < 32; j++) {
        uint8_t packed = low[32 * (quarter % 2) + j];
        int nibble = quarter < 2 ? packed & 0x0f : packed >> 4;
        codes[128 * half + 32 * quarter + j] = (uint8_t)(nibble | (high[j] >> (2 * quarter) & 3) << 4);
      }
    }
  }
}

typedef struct {
  size_t bytes, columns, group;
  int bits;
  int offset;  // value = scale * (q - offset), where there is no minimum of its own
  block_function split;
} block_format;

static const block_format *format_of(int type) {
  static const block_format q4_0 = {18, 32, 32, 4, 8, split_q4_0}, q4_1 = {20, 32, 32, 4, 0, split_q4_1},
                            q5_0 = {22, 32, 32, 5, 16, split_q5_0}, q5_1 = {24, 32, 32, 5, 0, split_q5_1},
                            q8_0 = {34, 32, 32, 8, 128, split_q8_0}, q4_K = {144, 256, 32, 4, 0, split_q4_K},
                            q5_K = {176, 256, 32, 5, 0, split_q5_K}, q6_K = {210, 256, 16, 6, 32, split_q6_K};
  switch (type) {
    case CK_TYPE_Q4_0: return &q4_0;
    case CK_TYPE_Q4_1: return &q4_1;
    case CK_TYPE_Q5_0: return &q5_0;
    case CK_TYPE_Q5_1: return &q5_1;
    case CK_TYPE_Q8_0: return &q8_0;
    case CK_TYPE_Q4_K: return &q4_K;
    case CK_TYPE_Q5_K: return &q5_K;
    case CK_TYPE_Q6_K: return &q6_K;
    default: return NULL;
  }
}

size_t ck_code_group(int type) {
  const block_format *format = format_of(type);
  return format ? format->group : 0;
}

int ck_code_bits(int type) {
  const block_format *format = format_of(type);
  return format ? format->bits : 0;
}

void ck_split_row(int type, const void *source, uint8_t *codes, float *scales, float *minima, size_t count) {
  const block_format *format = format_of(type);
  const uint8_t *block = source;
  for (size_t done = 0; format && done + format->columns <= count; done += format->columns, block += format->bytes)
    format->split(block, codes + done, scales + done / format->group, minima + done / format->group);
}

void ck_dequantize_row(int type, const void *bytes, float *destination, size_t count) {
  const uint8_t *source = bytes;
  switch ((enum ck_type)type) {
    case CK_TYPE_F32:
      for (size_t i = 0; i < count; i++) destination[i] = float_from_bits(load32(source + 4 * i));
      return;
    case CK_TYPE_F16:
      for (size_t i = 0; i < count; i++) destination[i] = load_half(source + 2 * i);
      return;
    case CK_TYPE_BF16:
      for (size_t i = 0; i < count; i++) destination[i] = float_from_bits((uint32_t)load16(source + 2 * i) << 16);
      return;
    default: break;
  }
  const block_format *format = format_of(type);
  if (!format) return;
  for (size_t done = 0; done + format->columns <= count; done += format->columns, source += format->bytes) {
    uint8_t codes[256];
    float scales[16], minima[16];
    format->split(source, codes, scales, minima);
    for (size_t j = 0; j < format->columns; j++) {
      size_t group = j / format->group;
      // The same number either way, but for the sign of zero.
      destination[done + j] = format->offset ? scales[group] * (float)(codes[j] - format->offset)
                                             : scales[group] * (float)codes[j] + minima[group];
    }
  }
}
