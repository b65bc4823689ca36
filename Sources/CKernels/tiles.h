// Products of a few rows with a panel of 32 outputs, and the laying out of panels; row_kernels.h includes this file.
//
// Every sum runs over its inputs one after the other, from the first to the last, whatever the rows and the outputs beside
// it: a row has the same result in a tile of any height.

// Rows and vectors of 16 outputs whose sums stay in registers. Of 32 registers of 16 floats 24 hold sums; of 16 of 8 floats
// (AVX2), and of 32 of 4 (NEON), as many as 6 rows of 16 outputs need; of 16 of 4 (SSE), 12.
#ifndef TILE_ROWS
#if defined(__aarch64__)
#define TILE_ROWS 6
#else
#define TILE_ROWS 3
#endif
#define TILE_VECTORS 1
#endif

/// Sums of `rows` and of `vectors` of outputs, both constants at every call.
INLINE void tile_f32_part(const size_t rows, const size_t vectors, size_t k, const float *x, size_t stride, const float *panel,
                          size_t panel_stride, int adds, float factor, float *out, size_t stride_out) {
  floats sums[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++)
      sums[i][v] = adds ? load(out + stride_out * i + LANES * v) : (floats){};
  for (size_t j = 0; j < k; j++, panel += panel_stride) {
    floats w[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) w[v] = load(panel + LANES * v);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      floats one = spread(x[i * stride + j]);
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) sums[i][v] += one * w[v];
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) store(out + stride_out * i + LANES * v, sums[i][v] * factor);
}

INLINE void tile_f32_rows(const size_t rows, size_t columns, size_t k, const float *x, size_t stride, const float *panel,
                          size_t panel_stride, int adds, float factor, float *out, size_t stride_out) {
  for (size_t column = 0; column < columns; column += LANES * TILE_VECTORS) {
    if (columns - column <= LANES) {
      tile_f32_part(rows, 1, k, x, stride, panel + column, panel_stride, adds, factor, out + column, stride_out);
    } else {
      tile_f32_part(rows, TILE_VECTORS, k, x, stride, panel + column, panel_stride, adds, factor, out + column, stride_out);
    }
  }
}

/// `out[i, c] = factor * ((out, where it adds, +) sum over j of x[i, j] * panel[j, c])` for at most CK_TILE rows, and for all
/// vectors that reach into the first `columns`. Rows of the panel are `panel_stride` floats apart, those of `out`
/// `stride_out`.
static void tile_f32(size_t rows, size_t columns, size_t k, const float *x, size_t stride, const float *panel,
                     size_t panel_stride, int adds, float factor, float *out, size_t stride_out) {
  for (; rows > 0; x += TILE_ROWS * stride, out += TILE_ROWS * stride_out) {
    size_t some = rows < TILE_ROWS ? rows : TILE_ROWS;
#define CASE(count)                                                                                               \
  case count:                                                                                                     \
    if (count <= TILE_ROWS)                                                                                       \
      tile_f32_rows(count, columns, k, x, stride, panel, panel_stride, adds, factor, out, stride_out);             \
    break;
    switch (some) {
      CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
    }
#undef CASE
    rows -= some;
  }
}

/// The same for pairs of bfloat16, where the processor does not multiply them itself: exact products, sums in f32.
static void tile_bf16(size_t rows, size_t pairs, const uint16_t *x, size_t stride, const uint16_t *panel, int adds,
                      float *out) {
  for (size_t i = 0; i < rows; i++, x += stride, out += 2 * LANES) {
    floats sums[2] = {};
    if (adds) sums[0] = load(out), sums[1] = load(out + LANES);
    for (size_t p = 0; p < pairs; p++)
      for (size_t half = 0; half < 2; half++) {
        ints both = *(const ints *)(panel + (p * 2 + half) * 2 * LANES);
        floats even = (floats)(both << 16), odd = (floats)(both & (ints)((ints){} - 65536));
        uint32_t first = (uint32_t)x[2 * p] << 16, second = (uint32_t)x[2 * p + 1] << 16;
        float a, b;
        memcpy(&a, &first, sizeof a);
        memcpy(&b, &second, sizeof b);
        sums[half] += even * a + odd * b;
      }
    store(out, sums[0]);
    store(out + LANES, sums[1]);
  }
}

/// What follows a product, on its way from a tile of 32 columns to `out`: bias, activation, scale, and what is in `out`
/// already.
INLINE void finish_tile_with(const int kind, size_t rows, size_t columns, const float *tile, const ck_finish *finish,
                             float *out, size_t stride) {
  for (size_t row = 0; row < rows; row++, tile += 2 * LANES, out += stride)
    EACH(columns, {
      floats v = LOAD(tile);
      if (finish->bias) v += LOAD(finish->bias);
      v = activation_of(kind, v);
      if (finish->scale) v *= LOAD(finish->scale);
      if (finish->accumulate) v += LOAD(out);
      STORE(out, v);
    });
}

static void finish_tile(size_t rows, size_t columns, const float *tile, const ck_finish *finish, float *out,
                        size_t stride) {
#define CALL(K) finish_tile_with(K, rows, columns, tile, finish, out, stride)
  FOR_ACTIVATION(finish->activation, CALL)
#undef CALL
}

/// The bfloat16 nearest to each float, ties to even, in the upper halves; the lower ones are of no meaning.
INLINE words nearest_bf16(floats x) {
  words bits = (words)x, rounded = bits + 0x7fff + (bits >> 16 & 1);
  // What is no number stays none, quiet.
  words none = (words)((ints)(bits & 0x7fffffff) > 0x7f800000);
  return (none & (bits | 0x400000)) | (~none & rounded);
}

static void round_bf16(size_t count, const float *x, uint16_t *out) {
  EACH(count, {
    half_words halves = __builtin_convertvector(nearest_bf16(LOAD(x)) >> 16, half_words);
    memcpy(out + i, &halves, n * sizeof(uint16_t));
  });
}

/// `out[i]` has the bfloat16 of `first[i]` in its lower half, that of `second[i]` (NULL: 0) in the upper one.
static void pair_bf16(size_t count, const float *first, const float *second, uint32_t *out) {
  EACH(count, {
    words pairs = nearest_bf16(LOAD(first)) >> 16;
    if (second) pairs |= nearest_bf16(LOAD(second)) & 0xffff0000;
    memcpy(out + i, &pairs, n * sizeof(uint32_t));
  });
}

typedef float quad __attribute__((vector_size(16), aligned(4)));

/// Four rows of four floats become four columns.
INLINE void turn_4_by_4(const float *source, size_t stride, float *out, size_t stride_out) {
  quad a = *(const quad *)source, b = *(const quad *)(source + stride);
  quad c = *(const quad *)(source + 2 * stride), d = *(const quad *)(source + 3 * stride);
  quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  quad ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(quad *)out = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  *(quad *)(out + stride_out) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  *(quad *)(out + 2 * stride_out) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *(quad *)(out + 3 * stride_out) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/// Units of four bytes of at most CK_WIDE rows become columns of a panel: `panel[i, row] = source[row, i]`.
static void pack_units(size_t rows, size_t count, const void *units, size_t stride, void *out) {
  enum { BLOCK = 128 };  // of a panel, 16 KB, while all rows come by
  const float *source = units;
  float *panel = out;
  for (size_t first = 0; first < count; first += BLOCK) {
    size_t last = count - first < BLOCK ? count : first + BLOCK, row = 0;
    for (; row + 4 <= rows; row += 4) {
      size_t i = first;
      for (; i + 4 <= last; i += 4) turn_4_by_4(source + row * stride + i, stride, panel + i * CK_WIDE + row, CK_WIDE);
      for (; i < last; i++)
        for (size_t r = row; r < row + 4; r++) memcpy(panel + i * CK_WIDE + r, source + r * stride + i, 4);
    }
    for (; row < rows; row++)
      for (size_t i = first; i < last; i++) memcpy(panel + i * CK_WIDE + row, source + row * stride + i, 4);
  }
}

/// `out[i, j] = x[j, i]` of `x` `[rows, columns]`.
static void transpose(size_t rows, size_t columns, const float *x, size_t stride, float *out, size_t stride_out) {
  size_t column = 0;
  for (; column + 4 <= columns; column += 4) {
    size_t row = 0;
    for (; row + 4 <= rows; row += 4) turn_4_by_4(x + row * stride + column, stride, out + column * stride_out + row, stride_out);
    for (; row < rows; row++)
      for (size_t i = column; i < column + 4; i++) out[i * stride_out + row] = x[row * stride + i];
  }
  for (; column < columns; column++)
    for (size_t row = 0; row < rows; row++) out[column * stride_out + row] = x[row * stride + column];
}
