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

/// 16 numbers of a panel: floats, or where it is `narrow` bfloat16, which are the upper halves of floats.
INLINE floats weights_at(const int narrow, const void *panel, size_t index) {
  if (!narrow) return load((const float *)panel + index);
  return (floats)(__builtin_convertvector(*(const half_words *)((const uint16_t *)panel + index), words) << 16);
}

/// Sums of `rows` and of `vectors` of outputs; these and `narrow` are constants at every call.
INLINE void tile_part(const size_t rows, const size_t vectors, const int narrow, const ck_tile *t, size_t row, size_t column) {
  const float *x = t->x + row * t->stride;
  float *out = t->out + row * t->stride_out + column;
  floats sums[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) sums[i][v] = t->adds ? load(out + t->stride_out * i + LANES * v) : (floats){};
  const size_t k = t->k, stride = t->stride, panel_stride = t->panel_stride;
  const void *panel = t->panel;
  for (size_t j = 0, index = column; j < k; j++, index += panel_stride) {
    floats w[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) w[v] = weights_at(narrow, panel, index + LANES * v);
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
    for (size_t v = 0; v < vectors; v++) store(out + t->stride_out * i + LANES * v, sums[i][v] * t->factor);
}

INLINE void tile_rows(const size_t rows, const int narrow, const ck_tile *t, size_t row) {
  for (size_t column = 0; column < t->columns; column += LANES * TILE_VECTORS) {
    if (t->columns - column <= LANES) {
      tile_part(rows, 1, narrow, t, row, column);
    } else {
      tile_part(rows, TILE_VECTORS, narrow, t, row, column);
    }
  }
}

INLINE void tile(const int narrow, const ck_tile *t) {
  for (size_t row = 0; row < t->rows; row += TILE_ROWS) {
#define CASE(count) case count: if (count <= TILE_ROWS) tile_rows(count, narrow, t, row); break;
    switch (t->rows - row < TILE_ROWS ? t->rows - row : TILE_ROWS) {
      CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
    }
#undef CASE
  }
}

static void tile_f32(const ck_tile *t) { tile(0, t); }
static void tile_bf16(const ck_tile *t) { tile(1, t); }

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

/// The bfloat16 nearest to each float, as floats.
static void round_to_bf16(size_t count, const float *x, float *out) {
  EACH(count, { STORE(out, (floats)(nearest_bf16(LOAD(x)) & 0xffff0000)); });
}

/// `out[i]` has the bfloat16 of `first[i]` in its lower half, that of `second[i]` (NULL: 0) in the upper one.
static void pair_bf16(size_t count, const float *first, const float *second, uint32_t *out) {
  EACH(count, {
    words pairs = nearest_bf16(LOAD(first)) >> 16;
    if (second) pairs |= nearest_bf16(LOAD(second)) & 0xffff0000;
    memcpy(out + i, &pairs, n * sizeof(uint32_t));
  });
}

// It may stand for units of any type: four bytes of codes as well as a float.
typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));

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
      for (; i + 16 <= last; i += 16) {
        // The next block of these rows is on its way while this one is turned.
        for (size_t r = row; r < row + 4; r++) __builtin_prefetch(source + r * stride + i + BLOCK);
        for (size_t j = i; j < i + 16; j += 4)
          turn_4_by_4(source + row * stride + j, stride, panel + j * CK_WIDE + row, CK_WIDE);
      }
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
