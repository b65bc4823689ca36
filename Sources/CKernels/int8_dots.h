// Dot products of stored rows with rows in 8 bits, 32 codes at a time in 256-bit registers: for whoever includes this file
// after defining DOT(sum, codes, x, bits), which adds products of unsigned codes of so many bits and signed bytes to eight
// 32-bit sums.
#define INLINE static inline __attribute__((always_inline))

// Rows that one row of x meets at once, and how many bytes ahead of them memory is asked for.
enum { ROWS_AT_ONCE = 2, AHEAD = 3072 };

typedef struct {
  __m256i codes;  // unsigned
  float scale, minimum;
} stored_block;

INLINE float half_at(const uint8_t *p) { return (float)((const packed_half *)p)->value; }

/// ggml's nibbles: element j in the low half of byte j, element j + 16 in its high half.
INLINE __m256i nibbles_at(const uint8_t *p) {
  __m128i packed = _mm_loadu_si128((const __m128i *)p);
  __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(packed), _mm_srli_epi16(packed, 4), 1);
  return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

/// Element j's bit j, moved to bit 4 of byte j.
INLINE __m256i fifth_bits_at(const uint8_t *p) {
  int bits;
  memcpy(&bits, p, sizeof bits);
  const __m256i byte_of = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3,
                                           3, 3, 3, 3);
  const __m256i bit_of = _mm256_set1_epi64x((long long)0x8040201008040201ull);
  __m256i spread = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(bits), byte_of), bit_of);
  return _mm256_and_si256(_mm256_cmpeq_epi8(spread, bit_of), _mm256_set1_epi8(16));
}

INLINE stored_block block_at(const int type, const uint8_t *p) {
  float scale = half_at(p);
  switch (type) {
    case CK_TYPE_Q4_0: return (stored_block){nibbles_at(p + 2), scale, -8 * scale};
    case CK_TYPE_Q4_1: return (stored_block){nibbles_at(p + 4), scale, half_at(p + 2)};
    case CK_TYPE_Q5_0:
      return (stored_block){_mm256_or_si256(nibbles_at(p + 6), fifth_bits_at(p + 2)), scale, -16 * scale};
    case CK_TYPE_Q5_1:
      return (stored_block){_mm256_or_si256(nibbles_at(p + 8), fifth_bits_at(p + 4)), scale, half_at(p + 2)};
    default: {
      __m256i q = _mm256_loadu_si256((const __m256i *)(p + 2));
      return (stored_block){_mm256_xor_si256(q, _mm256_set1_epi8((char)0x80)), scale, -128 * scale};
    }
  }
}

INLINE float total_of(__m256 v) {
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

/// Adds a block of 32 codes, times `m` rows of x, to their sums.
INLINE void add_block(const size_t m, const int bits, __m256i codes, float scale, float minimum, const ck_int8_rows *x,
                      size_t b, __m256 *sums, float *minima) {
#pragma clang loop unroll(full)
  for (size_t i = 0; i < m; i++) {
    __m256i four = _mm256_loadu_si256((const __m256i *)(x->codes + i * x->stride + 32 * b));
    __m256i products = DOT(_mm256_setzero_si256(), codes, four, bits);
    __m256 factor = _mm256_set1_ps(scale * x->scales[i * x->blocks + b]);
    sums[i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), factor, sums[i]);
    minima[i] += minimum * x->sums[i * x->blocks + b];
  }
}

/// A block of 256 of q4_K or q5_K: eight of 32.
INLINE void add_q45_K(const int type, const size_t m, const uint8_t *p, const ck_int8_rows *x, size_t b, __m256 *sums,
                      float *minima) {
  float scales[8], block_minima[8];
  ck_scales_of_K(p + 4, half_at(p), half_at(p + 2), scales, block_minima);
  __m256i high = _mm256_setzero_si256();
  const uint8_t *nibbles = p + 16;
  if (type == CK_TYPE_Q5_K) high = _mm256_loadu_si256((const __m256i *)nibbles), nibbles += 32;
  for (int pair = 0; pair < 4; pair++) {
    __m256i both = _mm256_loadu_si256((const __m256i *)(nibbles + 32 * pair)), mask = _mm256_set1_epi8(15);
    __m256i first = _mm256_and_si256(both, mask), second = _mm256_and_si256(_mm256_srli_epi16(both, 4), mask);
    if (type == CK_TYPE_Q5_K) {
      __m256i one = _mm256_set1_epi8(1);
      first = _mm256_or_si256(first, _mm256_slli_epi16(_mm256_and_si256(high, one), 4));
      second = _mm256_or_si256(second, _mm256_slli_epi16(_mm256_and_si256(_mm256_srli_epi16(high, 1), one), 4));
      high = _mm256_srli_epi16(high, 2);
    }
    add_block(m, 5, first, scales[2 * pair], block_minima[2 * pair], x, 8 * b + 2 * pair, sums, minima);
    add_block(m, 5, second, scales[2 * pair + 1], block_minima[2 * pair + 1], x, 8 * b + 2 * pair + 1, sums, minima);
  }
}

/// A block of 256 of q6_K: sixteen of 16, two of which share a register. Blocks of x have 16 columns, too.
INLINE void add_q6_K(const size_t m, const uint8_t *p, const ck_int8_rows *x, size_t b, __m256 *sums, float *minima) {
  float scale = half_at(p + 208);
  for (int half = 0; half < 2; half++) {
    __m256i high = _mm256_loadu_si256((const __m256i *)(p + 128 + 32 * half));
    for (int quarter = 0; quarter < 4; quarter++) {
      __m256i low = _mm256_loadu_si256((const __m256i *)(p + 64 * half + 32 * (quarter % 2)));
      if (quarter > 1) low = _mm256_srli_epi16(low, 4);
      __m256i codes = _mm256_or_si256(_mm256_and_si256(low, _mm256_set1_epi8(15)),
                                      _mm256_slli_epi16(_mm256_and_si256(high, _mm256_set1_epi8(3)), 4));
      high = _mm256_srli_epi16(high, 2);
      const int8_t *scales = (const int8_t *)p + 192 + 8 * half + 2 * quarter;
      float first = scale * (float)scales[0], second = scale * (float)scales[1];
      size_t group = 16 * b + 8 * half + 2 * quarter;
#pragma clang loop unroll(full)
      for (size_t i = 0; i < m; i++) {
        const float *x_scales = x->scales + i * x->blocks + group, *x_sums = x->sums + i * x->blocks + group;
        __m256i four = _mm256_loadu_si256((const __m256i *)(x->codes + i * x->stride + 16 * group));
        __m256i products = DOT(_mm256_setzero_si256(), codes, four, 6);
        __m256 factor = _mm256_set_m128(_mm_set1_ps(second * x_scales[1]), _mm_set1_ps(first * x_scales[0]));
        sums[i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), factor, sums[i]);
        minima[i] -= 32 * (first * x_sums[0] + second * x_sums[1]);
      }
    }
  }
}

/// Type, the bytes of its blocks, bits of its codes, and `m` are constants at every call.
INLINE void dots_of(const int type, const size_t bytes, const int bits, const size_t m, size_t blocks, const uint8_t *row,
                    const ck_int8_rows *x, float *out, size_t stride_out) {
  __m256 sums[CK_INT8_FEW];
  float minima[CK_INT8_FEW];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < m; i++) sums[i] = _mm256_setzero_ps(), minima[i] = 0;
  for (size_t b = 0; b < blocks; b++, row += bytes) {
    if (type == CK_TYPE_Q4_K || type == CK_TYPE_Q5_K) {
      add_q45_K(type, m, row, x, b, sums, minima);
    } else if (type == CK_TYPE_Q6_K) {
      add_q6_K(m, row, x, b, sums, minima);
    } else {
      stored_block block = block_at(type, row);
      add_block(m, bits, block.codes, block.scale, block.minimum, x, b, sums, minima);
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < m; i++) out[i * stride_out] = total_of(sums[i]) + minima[i];
}

#define PAIR(p, next)                                                                       \
  _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(p))), \
                          _mm_loadu_si128((const __m128i *)((p) + (next))), 1)

/// Two blocks of q4_0 or q4_1 of each of some rows, and one row of x: a block in each half of the registers.
INLINE void add_two_blocks(const int type, const size_t rows, const uint8_t *p, size_t row_bytes, const ck_int8_rows *x,
                           size_t b, __m256 *sums, __m128 *minima) {
  const size_t bytes = type == CK_TYPE_Q4_1 ? 20 : 18, at = type == CK_TYPE_Q4_1 ? 4 : 2;
  const __m256i mask = _mm256_set1_epi8(15), spread = _mm256_setr_epi32(0, 0, 0, 0, 2, 2, 2, 2);
  const int8_t *codes = x->codes + 32 * b;
  __m256i low = PAIR(codes, 32), high = PAIR(codes + 16, 32);
  __m128 of_x = _mm_unpacklo_ps(_mm_castpd_ps(_mm_load_sd((const double *)(x->scales + b))),
                                _mm_castpd_ps(_mm_load_sd((const double *)(x->sums + b))));
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++, p += row_bytes) {
    // Rows side by side are more streams than the processor foresees. Ahead of the last row nothing is lost.
    _mm_prefetch((const char *)p + AHEAD, _MM_HINT_T0);
    __m256i packed = PAIR(p + at, bytes);
    __m256i products = DOT(_mm256_setzero_si256(), _mm256_and_si256(packed, mask), low, 4);
    products = DOT(products, _mm256_and_si256(_mm256_srli_epi16(packed, 4), mask), high, 4);
    // Scale and minimum of both; where there is no minimum, the scale twice.
    unsigned first = 0, second = 0;
    memcpy(&first, p, at);
    memcpy(&second, p + bytes, at);
    if (type == CK_TYPE_Q4_0) first *= 0x10001, second *= 0x10001;
    __m128 own = _mm_cvtph_ps(_mm_insert_epi32(_mm_cvtsi32_si128((int)first), (int)second, 1));
    __m128 factors = _mm_mul_ps(own, of_x);
    minima[r] = _mm_add_ps(minima[r], factors);
    __m256 factor = _mm256_permutevar8x32_ps(_mm256_castps128_ps256(factors), spread);
    sums[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), factor, sums[r]);
  }
}

/// Some rows of q4_0 or q4_1 and one row of x: sums of several rows do not wait for each other.
INLINE void dots_of_nibbles(const int type, const size_t rows, size_t blocks, const uint8_t *data, size_t row_bytes,
                            const ck_int8_rows *x, float *out) {
  const size_t bytes = type == CK_TYPE_Q4_1 ? 20 : 18;
  __m256 sums[ROWS_AT_ONCE];
  __m128 minima[ROWS_AT_ONCE];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) sums[r] = _mm256_setzero_ps(), minima[r] = _mm_setzero_ps();
  size_t b = 0;
  for (; b + 2 <= blocks; b += 2)
    add_two_blocks(type, rows, data + b * bytes, row_bytes, x, b, sums, minima);
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) {
    float minimum = _mm_cvtss_f32(_mm_movehdup_ps(minima[r])) + _mm_cvtss_f32(_mm_shuffle_ps(minima[r], minima[r], 3));
    if (type == CK_TYPE_Q4_0) minimum *= -8;
    if (b < blocks) {
      stored_block block = block_at(type, data + r * row_bytes + b * bytes);
      add_block(1, 4, block.codes, block.scale, block.minimum, x, b, &sums[r], &minimum);
    }
    out[r] = total_of(sums[r]) + minimum;
  }
}

/// Some rows of q8_0 and one row of x.
INLINE void dots_of_bytes(const size_t rows, size_t blocks, const uint8_t *data, size_t row_bytes, const ck_int8_rows *x,
                          float *out) {
  __m256 sums[ROWS_AT_ONCE];
  float minima[ROWS_AT_ONCE];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) sums[r] = _mm256_setzero_ps(), minima[r] = 0;
  for (size_t b = 0; b < blocks; b++)
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
      _mm_prefetch((const char *)data + r * row_bytes + b * 34 + AHEAD, _MM_HINT_T0);
      stored_block block = block_at(CK_TYPE_Q8_0, data + r * row_bytes + b * 34);
      add_block(1, 8, block.codes, block.scale, block.minimum, x, b, &sums[r], &minima[r]);
    }
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++) out[r] = total_of(sums[r]) + minima[r];
}

static void dots(int type, size_t columns, size_t rows, const void *data, size_t row_bytes, size_t m,
                 const ck_int8_rows *x, float *out, size_t stride_out) {
  const uint8_t *row = data;
  for (; m == 1 && rows >= ROWS_AT_ONCE && (type == CK_TYPE_Q4_1 || type == CK_TYPE_Q4_0 || type == CK_TYPE_Q8_0); rows -= ROWS_AT_ONCE) {
    if (type == CK_TYPE_Q4_1) dots_of_nibbles(CK_TYPE_Q4_1, ROWS_AT_ONCE, columns / 32, row, row_bytes, x, out);
    if (type == CK_TYPE_Q4_0) dots_of_nibbles(CK_TYPE_Q4_0, ROWS_AT_ONCE, columns / 32, row, row_bytes, x, out);
    if (type == CK_TYPE_Q8_0) dots_of_bytes(ROWS_AT_ONCE, columns / 32, row, row_bytes, x, out);
    row += ROWS_AT_ONCE * row_bytes;
    out += ROWS_AT_ONCE;
  }
#define CASE(m, type, columns_of_block, bytes, bits) \
  case m: dots_of(type, bytes, bits, m, columns / columns_of_block, row, x, out, stride_out); break;
#define TYPE(type, columns_of_block, bytes, bits)                                                   \
  case type:                                                                                        \
    switch (m) {                                                                                    \
      CASE(1, type, columns_of_block, bytes, bits) CASE(2, type, columns_of_block, bytes, bits)     \
      CASE(3, type, columns_of_block, bytes, bits) CASE(4, type, columns_of_block, bytes, bits)     \
      CASE(5, type, columns_of_block, bytes, bits) CASE(6, type, columns_of_block, bytes, bits)     \
      CASE(7, type, columns_of_block, bytes, bits) CASE(8, type, columns_of_block, bytes, bits)     \
    }                                                                                               \
    break;
  for (; rows > 0; rows--, row += row_bytes, out++)
    switch (type) {
      TYPE(CK_TYPE_Q4_0, 32, 18, 4)
      TYPE(CK_TYPE_Q4_1, 32, 20, 4)
      TYPE(CK_TYPE_Q5_0, 32, 22, 5)
      TYPE(CK_TYPE_Q5_1, 32, 24, 5)
      TYPE(CK_TYPE_Q8_0, 32, 34, 8)
      TYPE(CK_TYPE_Q4_K, 256, 144, 4)
      TYPE(CK_TYPE_Q5_K, 256, 176, 5)
      TYPE(CK_TYPE_Q6_K, 256, 210, 6)
    }
#undef TYPE
#undef CASE
}

INLINE void split_blocks(const int type, const size_t bytes, size_t blocks, const uint8_t *row, uint8_t *codes,
                         float *scales, float *minima) {
  for (size_t b = 0; b < blocks; b++, row += bytes) {
    stored_block block = block_at(type, row);
    _mm256_storeu_si256((__m256i *)(codes + 32 * b), block.codes);
    scales[b] = block.scale;
    minima[b] = block.minimum;
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
