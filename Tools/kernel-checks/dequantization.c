// Halves, and the values of each stored type, element by element from the definitions of the formats.
#include "check.h"

static double half_value(unsigned bits) {
  int exponent = (int)(bits >> 10 & 31);
  unsigned fraction = bits & 1023;
  double magnitude = exponent == 31 ? (fraction ? NAN : INFINITY)
                     : exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
  return bits & 0x8000 ? -magnitude : magnitude;
}

static void halves(void) {
  for (unsigned bits = 0; bits < 0x10000; bits++) {
    float found = ck_float_from_half((uint16_t)bits), exact = (float)half_value(bits);
    check_that(isnan(exact) ? isnan(found) : memcmp(&found, &exact, sizeof found) == 0);
  }
}

/// Every half, and what lies below, at and above the middle of it and the next; ties go to the even one.
static void halves_from_floats(void) {
  for (unsigned bits = 0; bits < 0x7C00; bits++) {
    float low = (float)half_value(bits), middle = (float)((half_value(bits) + (bits == 0x7BFF ? 65536 : half_value(bits + 1))) / 2);
    float x[5] = {low, nextafterf(middle, 0), middle, nextafterf(middle, INFINITY), -middle};
    unsigned even = bits + (bits & 1);
    uint16_t expected[5] = {(uint16_t)bits, (uint16_t)bits, (uint16_t)even, (uint16_t)(bits + 1), (uint16_t)(even | 0x8000)};
    uint16_t found[5];
    ck_halves_from_floats(x, found, 5);
    check_same(found, expected, sizeof found);
  }
  float x[4] = {INFINITY, -INFINITY, NAN, 1e30f};
  uint16_t found[4];
  ck_halves_from_floats(x, found, 4);
  check_that(found[0] == 0x7C00 && found[1] == 0xFC00 && isnan(half_value(found[2])) && found[3] == 0x7C00);
}

static float half_at(const uint8_t *p) { return (float)half_value(p[0] | (unsigned)p[1] << 8); }

/// Scale, code and minimum of element `i` of a block of 32.
static void small_block(int type, const uint8_t *p, size_t i, float *scale, int *q, float *minimum) {
  size_t nibbles = type == CK_TYPE_Q4_0 ? 2 : type == CK_TYPE_Q4_1 ? 4 : type == CK_TYPE_Q5_0 ? 6 : 8;
  *scale = half_at(p);
  *minimum = 0;
  if (type == CK_TYPE_Q8_0) {
    *q = p[2 + i] < 128 ? p[2 + i] : p[2 + i] - 256;
    return;
  }
  *q = p[nibbles + i % 16] >> (i / 16 * 4) & 15;
  if (type == CK_TYPE_Q5_0 || type == CK_TYPE_Q5_1) *q += (p[nibbles - 4 + i / 8] >> i % 8 & 1) * 16;
  if (type == CK_TYPE_Q4_0) *q -= 8;
  if (type == CK_TYPE_Q5_0) *q -= 16;
  if (type == CK_TYPE_Q4_1 || type == CK_TYPE_Q5_1) *minimum = half_at(p + 2);
}

/// The same of a block of 256.
static void large_block(int type, const uint8_t *p, size_t i, float *scale, int *q, float *minimum) {
  if (type == CK_TYPE_Q6_K) {
    size_t half = i / 128, quarter = i % 128 / 32, j = i % 32;
    int low = p[64 * half + 32 * (quarter % 2) + j] >> (quarter / 2 * 4) & 15;
    *q = low + (p[128 + 32 * half + j] >> (2 * quarter) & 3) * 16 - 32;
    int group_scale = p[192 + i / 16] < 128 ? p[192 + i / 16] : p[192 + i / 16] - 256;
    *scale = half_at(p + 208) * (float)group_scale;
    *minimum = 0;
    return;
  }
  size_t group = i / 32, j = i % 32;
  const uint8_t *packed = p + 4, *nibbles = p + (type == CK_TYPE_Q5_K ? 48 : 16);
  int s = group < 4 ? packed[group] & 63 : (packed[group + 4] & 15) + (packed[group - 4] >> 6) * 16;
  int m = group < 4 ? packed[group + 4] & 63 : (packed[group + 4] >> 4) + (packed[group] >> 6) * 16;
  *q = nibbles[32 * (group / 2) + j] >> (group % 2 * 4) & 15;
  if (type == CK_TYPE_Q5_K) *q += (p[16 + j] >> group & 1) * 16;
  *scale = half_at(p) * (float)s;
  *minimum = -(half_at(p + 2) * (float)m);
}

static float value(const check_type *type, const uint8_t *row, size_t i) {
  const uint8_t *p = row + i / type->columns * type->bytes;
  float scale, minimum, x;
  int q;
  switch (type->type) {
    case CK_TYPE_F32: memcpy(&x, p, sizeof x); return x;
    case CK_TYPE_F16: return half_at(p);
    case CK_TYPE_BF16: {
      uint32_t bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 24;
      memcpy(&x, &bits, sizeof x);
      return x;
    }
    default: break;
  }
  (type->columns == 256 ? large_block : small_block)(type->type, p, i % type->columns, &scale, &q, &minimum);
  // A rounded product and a rounded sum: the double's product is exact, and is rounded by the assignment.
  volatile float product = (float)((double)scale * q);
  return product + minimum;
}

static void rows(const check_type *type) {
  for (size_t blocks = 1; blocks < 5; blocks++) {
    size_t columns = blocks * (type->columns == 1 ? 9 : type->columns);
    ck_matrix w = check_stored(type, 3, columns, blocks);
    for (size_t row = 0; row < 3; row++) {
      const uint8_t *source = (const uint8_t *)w.data + row * w.row_bytes;
      float *plain = check_floats(columns), *fast = check_floats(columns);
      ck_dequantize_row(type->type, source, plain, columns);
      ck_unpack_row(type->type, source, fast, columns);
      for (size_t i = 0; i < columns; i++) {
        float exact = value(type, source, i);
        check_that(plain[i] == exact && fast[i] == exact);
      }
      size_t group = ck_code_group(type->type);
      if (group == 0) continue;
      uint8_t *codes = check_bytes(columns);
      float *scales = check_floats(columns / group), *minima = check_floats(columns / group);
      ck_split_row(type->type, source, codes, scales, minima, columns);
      for (size_t i = 0; i < columns; i++) {
        volatile float product = scales[i / group] * codes[i];
        check_that(product + minima[i / group] == plain[i] && codes[i] >> ck_code_bits(type->type) == 0);
      }
    }
  }
}

void check_dequantization(void) {
  static const char *names[CHECK_TYPES] = {"values of f32",  "values of f16",  "values of bf16", "values of q4_0",
                                           "values of q4_1", "values of q5_0", "values of q5_1", "values of q8_0",
                                           "values of q4_K", "values of q5_K", "values of q6_K"};
  check_begin("ck_float_from_half of every half");
  halves();
  check_begin("ck_halves_from_floats at every step");
  halves_from_floats();
  for (size_t t = 0; t < CHECK_TYPES; t++) {
    check_begin(names[t]);
    rows(&check_types[t]);
  }
}
