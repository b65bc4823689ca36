// Kernels over 8-bit codes in registers of 16: for whoever includes this file after defining
//   dot_any(sum, codes, x)    adds 16 products of signed bytes to four 32-bit sums, no matter to which
//   dot_fours(sum, codes, x)  adds products 4 i ..< 4 i + 4 to sum i
// and TABLE and TABLE_NAME. Codes are unsigned, and where they have less than 8 bits they are signed bytes as well. Those of
// 8 bits are met as code - 128, and the minimum grows by 128 scales in return: both are exact.
#define INLINE static inline __attribute__((always_inline))

typedef struct { _Float16 value; } __attribute__((packed)) packed_half;

INLINE float half_at(const uint8_t *p) { return (float)((const packed_half *)p)->value; }

/// 32 codes as signed bytes.
typedef struct {
  int8x16_t first, second;
} codes_32;

typedef struct {
  codes_32 codes;
  float scale, minimum;
} stored_block;

INLINE codes_32 codes_of(uint8x16_t first, uint8x16_t second) {
  return (codes_32){vreinterpretq_s8_u8(first), vreinterpretq_s8_u8(second)};
}

INLINE uint8x16_t low_nibbles(uint8x16_t packed) { return vandq_u8(packed, vdupq_n_u8(15)); }
INLINE uint8x16_t high_nibbles(uint8x16_t packed) { return vshrq_n_u8(packed, 4); }

/// ggml's nibbles: element j in the low half of byte j, element j + 16 in its high half.
INLINE codes_32 nibbles_at(const uint8_t *p) {
  uint8x16_t packed = vld1q_u8(p);
  return codes_of(low_nibbles(packed), high_nibbles(packed));
}

/// 16 bits, each moved to bit 4 of its own byte.
INLINE uint8x16_t fifth_bits(const uint8_t *p) {
  const uint8x8_t bit_of = vcreate_u8(0x8040201008040201u);
  uint8x16_t set = vtstq_u8(vcombine_u8(vdup_n_u8(p[0]), vdup_n_u8(p[1])), vcombine_u8(bit_of, bit_of));
  return vandq_u8(set, vdupq_n_u8(16));
}

INLINE codes_32 five_bits_at(const uint8_t *high, const uint8_t *p) {
  uint8x16_t packed = vld1q_u8(p);
  return codes_of(vorrq_u8(low_nibbles(packed), fifth_bits(high)), vorrq_u8(high_nibbles(packed), fifth_bits(high + 2)));
}

/// A block of 32. `minimum` is that of the signed codes.
INLINE stored_block block_at(const int type, const uint8_t *p) {
  float scale = half_at(p);
  switch (type) {
    case CK_TYPE_Q4_0: return (stored_block){nibbles_at(p + 2), scale, -8 * scale};
    case CK_TYPE_Q4_1: return (stored_block){nibbles_at(p + 4), scale, half_at(p + 2)};
    case CK_TYPE_Q5_0: return (stored_block){five_bits_at(p + 2, p + 6), scale, -16 * scale};
    case CK_TYPE_Q5_1: return (stored_block){five_bits_at(p + 4, p + 8), scale, half_at(p + 2)};
    default: return (stored_block){codes_of(vld1q_u8(p + 2), vld1q_u8(p + 18)), scale, 0};
  }
}

/// Adds a block of 32 codes, times `m` rows of x, to their sums.
INLINE void add_block(const size_t m, codes_32 codes, float scale, float minimum, const ck_int8_rows *x, size_t b,
                      float32x4_t *sums, float *minima) {
#pragma clang loop unroll(full)
  for (size_t i = 0; i < m; i++) {
    const int8_t *of_x = x->codes + i * x->stride + 32 * b;
    int32x4_t products = dot_any(vdupq_n_s32(0), codes.first, vld1q_s8(of_x));
    products = dot_any(products, codes.second, vld1q_s8(of_x + 16));
    sums[i] = vfmaq_n_f32(sums[i], vcvtq_f32_s32(products), scale * x->scales[i * x->blocks + b]);
    minima[i] += minimum * x->sums[i * x->blocks + b];
  }
}

/// A block of 256 of q4_K or q5_K: eight of 32.
INLINE void add_q45_K(const int type, const size_t m, const uint8_t *p, const ck_int8_rows *x, size_t b,
                      float32x4_t *sums, float *minima) {
  float scales[8], block_minima[8];
  ck_scales_of_K(p + 4, half_at(p), half_at(p + 2), scales, block_minima);
  const uint8_t *nibbles = p + 16;
  const uint8x16_t bit = vdupq_n_u8(16);
  // The fifth bits of the pair at hand are bits 0 and 1.
  uint8x16_t high[2] = {vdupq_n_u8(0), vdupq_n_u8(0)};
  if (type == CK_TYPE_Q5_K) high[0] = vld1q_u8(nibbles), high[1] = vld1q_u8(nibbles + 16), nibbles += 32;
  for (size_t pair = 0; pair < 4; pair++) {
    uint8x16_t codes[2][2];
#pragma clang loop unroll(full)
    for (size_t half = 0; half < 2; half++) {
      uint8x16_t packed = vld1q_u8(nibbles + 32 * pair + 16 * half);
      codes[0][half] = vorrq_u8(low_nibbles(packed), vandq_u8(vshlq_n_u8(high[half], 4), bit));
      codes[1][half] = vorrq_u8(high_nibbles(packed), vandq_u8(vshlq_n_u8(high[half], 3), bit));
      high[half] = vshrq_n_u8(high[half], 2);
    }
#pragma clang loop unroll(full)
    for (size_t g = 0; g < 2; g++)
      add_block(m, codes_of(codes[g][0], codes[g][1]), scales[2 * pair + g], block_minima[2 * pair + g], x,
                8 * b + 2 * pair + g, sums, minima);
  }
}

/// A block of 256 of q6_K: sixteen of 16. Blocks of x have 16 columns, too.
INLINE void add_q6_K(const size_t m, const uint8_t *p, const ck_int8_rows *x, size_t b, float32x4_t *sums,
                     float *minima) {
  float scale = half_at(p + 208);
  for (size_t group = 0; group < 16; group++) {
    size_t half = group / 8, quarter = group % 8 / 2, part = 16 * (group % 2);
    uint8x16_t low = vld1q_u8(p + 64 * half + 32 * (quarter % 2) + part);
    low = quarter > 1 ? high_nibbles(low) : low_nibbles(low);
    // Bits 2 * quarter and the next move to bits 4 and 5.
    uint8x16_t high = vshlq_u8(vld1q_u8(p + 128 + 32 * half + part), vdupq_n_s8((int8_t)(4 - 2 * (int)quarter)));
    int8x16_t codes = vreinterpretq_s8_u8(vorrq_u8(low, vandq_u8(high, vdupq_n_u8(48))));
    float group_scale = scale * (float)(int8_t)p[192 + group];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < m; i++) {
      size_t at = i * x->blocks + 16 * b + group;
      int32x4_t products = dot_any(vdupq_n_s32(0), codes, vld1q_s8(x->codes + i * x->stride + 256 * b + 16 * group));
      sums[i] = vfmaq_n_f32(sums[i], vcvtq_f32_s32(products), group_scale * x->scales[at]);
      minima[i] -= 32 * group_scale * x->sums[at];
    }
  }
}

// Rows that one row of x meets at once: their sums do not wait for each other.
enum { ROWS_AT_ONCE = 2 };

/// Type, the bytes of its blocks, `rows` and `m` are constants at every call.
INLINE void dots_of(const int type, const size_t bytes, const size_t rows, const size_t m, size_t blocks,
                    const uint8_t *data, size_t row_bytes, const ck_int8_rows *x, float *out, size_t stride_out) {
  float32x4_t sums[ROWS_AT_ONCE][CK_INT8_FEW];
  float minima[ROWS_AT_ONCE][CK_INT8_FEW];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (size_t i = 0; i < m; i++) sums[r][i] = vdupq_n_f32(0), minima[r][i] = 0;
  for (size_t b = 0; b < blocks; b++, data += bytes)
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
      const uint8_t *p = data + r * row_bytes;
      if (type == CK_TYPE_Q4_K || type == CK_TYPE_Q5_K) {
        add_q45_K(type, m, p, x, b, sums[r], minima[r]);
      } else if (type == CK_TYPE_Q6_K) {
        add_q6_K(m, p, x, b, sums[r], minima[r]);
      } else {
        stored_block block = block_at(type, p);
        add_block(m, block.codes, block.scale, block.minimum, x, b, sums[r], minima[r]);
      }
    }
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (size_t i = 0; i < m; i++) out[r + i * stride_out] = vaddvq_f32(sums[r][i]) + minima[r][i];
}

/// All rows of one type.
INLINE void dots_of_type(const int type, const size_t bytes, size_t blocks, size_t rows, const uint8_t *row,
                         size_t row_bytes, size_t m, const ck_int8_rows *x, float *out, size_t stride_out) {
  for (; m == 1 && rows >= ROWS_AT_ONCE; rows -= ROWS_AT_ONCE, row += ROWS_AT_ONCE * row_bytes, out += ROWS_AT_ONCE)
    dots_of(type, bytes, ROWS_AT_ONCE, 1, blocks, row, row_bytes, x, out, stride_out);
#define CASE(m) case m: dots_of(type, bytes, 1, m, blocks, row, row_bytes, x, out, stride_out); break;
  for (; rows > 0; rows--, row += row_bytes, out++)
    switch (m) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) }
#undef CASE
}

static void dots(int type, size_t columns, size_t rows, const void *data, size_t row_bytes, size_t m,
                 const ck_int8_rows *x, float *out, size_t stride_out) {
#define TYPE(type, columns_of_block, bytes)                                                                         \
  case type:                                                                                                        \
    dots_of_type(type, bytes, columns / columns_of_block, rows, data, row_bytes, m, x, out, stride_out);            \
    break;
  switch (type) {
    TYPE(CK_TYPE_Q4_0, 32, 18)
    TYPE(CK_TYPE_Q4_1, 32, 20)
    TYPE(CK_TYPE_Q5_0, 32, 22)
    TYPE(CK_TYPE_Q5_1, 32, 24)
    TYPE(CK_TYPE_Q8_0, 32, 34)
    TYPE(CK_TYPE_Q4_K, 256, 144)
    TYPE(CK_TYPE_Q5_K, 256, 176)
    TYPE(CK_TYPE_Q6_K, 256, 210)
  }
#undef TYPE
}

INLINE void split_blocks(const int type, const size_t bytes, size_t blocks, const uint8_t *row, uint8_t *codes,
                         float *scales, float *minima) {
  const uint8x16_t turn = vdupq_n_u8(type == CK_TYPE_Q8_0 ? 0x80 : 0);
  for (size_t b = 0; b < blocks; b++, row += bytes) {
    stored_block block = block_at(type, row);
    vst1q_u8(codes + 32 * b, veorq_u8(vreinterpretq_u8_s8(block.codes.first), turn));
    vst1q_u8(codes + 32 * b + 16, veorq_u8(vreinterpretq_u8_s8(block.codes.second), turn));
    scales[b] = block.scale;
    minima[b] = type == CK_TYPE_Q8_0 ? -128 * block.scale : block.minimum;
  }
}

static void split(int type, size_t columns, const void *row, uint8_t *codes, float *scales, float *minima) {
  switch (type) {
    case CK_TYPE_Q4_0: split_blocks(CK_TYPE_Q4_0, 18, columns / 32, row, codes, scales, minima); break;
    case CK_TYPE_Q4_1: split_blocks(CK_TYPE_Q4_1, 20, columns / 32, row, codes, scales, minima); break;
    case CK_TYPE_Q5_0: split_blocks(CK_TYPE_Q5_0, 22, columns / 32, row, codes, scales, minima); break;
    case CK_TYPE_Q5_1: split_blocks(CK_TYPE_Q5_1, 24, columns / 32, row, codes, scales, minima); break;
    case CK_TYPE_Q8_0: split_blocks(CK_TYPE_Q8_0, 34, columns / 32, row, codes, scales, minima); break;
    default: ck_split_row(type, row, codes, scales, minima, columns);
  }
}

// 16 of 32 registers hold the integer and the real sums of 4 rows and 8 outputs.
enum { ROWS = 4, PART = 8 };

/// Adds four products of each output: fours `lane` of the rows' registers. `turn` makes codes of 8 bits signed.
#define ADD_FOUR(lane)                                                                                              \
  do {                                                                                                              \
    int8x16_t first = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(codes), turn));                                         \
    int8x16_t second = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(codes + 16), turn));                                   \
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < rows; i++) {                                         \
      int8x16_t four = vreinterpretq_s8_s32(vdupq_laneq_s32(vreinterpretq_s32_s8(of_x[i]), lane));                  \
      products[i][0] = dot_fours(products[i][0], first, four);                                                      \
      products[i][1] = dot_fours(products[i][1], second, four);                                                     \
    }                                                                                                               \
    codes += 4 * CK_WIDE;                                                                                           \
  } while (0)

/// Blocks `first ..< last` of some outputs of a panel, and `rows` (a constant at every call, as `bits`) rows of x from `row`
/// on. What earlier blocks add up to is in `out`.
INLINE void tile_part(const size_t rows, const int bits, size_t first, size_t last, size_t steps, const ck_int8_rows *x,
                      size_t row, const ck_int8_panel *panel, size_t part, float *out) {
  const uint8x16_t turn = vdupq_n_u8(bits == 8 ? 0x80 : 0);
  const uint8_t *codes = panel->codes + first * steps * 4 * CK_WIDE + part * PART * 4;
  float32x4_t sums[ROWS][2];
  out += row * CK_WIDE + part * PART;
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t half = 0; half < 2; half++) sums[i][half] = first ? vld1q_f32(out + i * CK_WIDE + 4 * half) : vdupq_n_f32(0);
  for (size_t b = first; b < last; b++) {
    const int8_t *from = x->codes + row * x->stride + b * steps * 4;
    int32x4_t products[ROWS][2];
    int8x16_t of_x[ROWS];
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) products[i][0] = products[i][1] = vdupq_n_s32(0);
    size_t s = 0;
    for (; s + 4 <= steps; s += 4) {
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++) of_x[i] = vld1q_s8(from + i * x->stride + 4 * s);
      ADD_FOUR(0);
      ADD_FOUR(1);
      ADD_FOUR(2);
      ADD_FOUR(3);
    }
    for (; s < steps; s++) {
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++) {
        int32_t four;
        memcpy(&four, from + i * x->stride + 4 * s, sizeof four);
        of_x[i] = vreinterpretq_s8_s32(vdupq_n_s32(four));
      }
      ADD_FOUR(0);
    }
#pragma clang loop unroll(full)
    for (size_t half = 0; half < 2; half++) {
      size_t at = b * CK_WIDE + part * PART + 4 * half;
      float32x4_t scale = vld1q_f32(panel->scales + at), minimum = vld1q_f32(panel->minima + at);
      if (bits == 8) minimum = vfmaq_n_f32(minimum, scale, 128);
#pragma clang loop unroll(full)
      for (size_t i = 0; i < rows; i++) {
        size_t at_x = (row + i) * x->blocks + b;
        float32x4_t factor = vmulq_n_f32(scale, x->scales[at_x]);
        sums[i][half] = vfmaq_f32(sums[i][half], vcvtq_f32_s32(products[i][half]), factor);
        sums[i][half] = vfmaq_n_f32(sums[i][half], minimum, x->sums[at_x]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t half = 0; half < 2; half++) vst1q_f32(out + i * CK_WIDE + 4 * half, sums[i][half]);
}

/// As many blocks as stay in the first-level cache, 20 KB of a panel, meet all rows.
static void tile(size_t rows, size_t k, size_t group, const ck_int8_rows *x, const ck_int8_panel *panel, float *out) {
  size_t steps = (k < group ? k : group) / 4, blocks = k / 4 / (steps ? steps : 1), some = 128 / (steps + 1) + 1;
  for (size_t first = 0; first == 0 || first < blocks; first += some) {
    size_t last = blocks - first < some ? blocks : first + some;
    for (size_t row = 0; row < rows; row += ROWS)
      for (size_t part = 0; part < CK_WIDE / PART; part++) {
#define PART_OF(rows, bits) tile_part(rows, bits, first, last, steps, x, row, panel, part, out)
#define CASE(rows) case rows: if (panel->bits < 8) PART_OF(rows, 7); else PART_OF(rows, 8); break;
        switch (rows - row < ROWS ? rows - row : ROWS) {
          CASE(1) CASE(2) CASE(3)
          CASE(ROWS)
        }
#undef CASE
#undef PART_OF
      }
  }
}

const ck_int8_table TABLE = {TABLE_NAME, 0, dots, split, tile};
