// The definition of both kernels, which the others are checked against.
#include "ckernels_dequantize.h"
#include "int8.h"
#include "scratch.h"

static void dots(int type, size_t columns, size_t rows, const void *data, size_t row_bytes, size_t m,
                 const ck_int8_rows *x, float *out, size_t stride_out) {
  size_t group = ck_code_group(type), blocks = columns / group;
  uint8_t *codes = ck_take(columns);
  float *scales = ck_take(2 * blocks * sizeof(float)), *minima = scales + blocks;
  for (size_t row = 0; row < rows; row++) {
    ck_split_row(type, (const uint8_t *)data + row * row_bytes, codes, scales, minima, columns);
    for (size_t i = 0; i < m; i++) {
      float sum = 0;
      for (size_t b = 0; b < blocks; b++) {
        const int8_t *codes_of_x = x->codes + i * x->stride + group * b;
        int products = 0;
        for (size_t j = 0; j < group; j++) products += codes[group * b + j] * codes_of_x[j];
        sum += scales[b] * x->scales[i * x->blocks + b] * (float)products + minima[b] * x->sums[i * x->blocks + b];
      }
      out[row + i * stride_out] = sum;
    }
  }
  ck_give(codes);
  ck_give(scales);
}

static void split(int type, size_t columns, const void *row, uint8_t *codes, float *scales, float *minima) {
  ck_split_row(type, row, codes, scales, minima, columns);
}

static void tile(size_t rows, size_t k, size_t group, const ck_int8_rows *x, const ck_int8_panel *panel, float *out) {
  size_t steps = (k < group ? k : group) / 4, blocks = k / 4 / (steps ? steps : 1);
  for (size_t i = 0; i < rows; i++) {
    float *sums = out + i * CK_WIDE;
    for (size_t c = 0; c < CK_WIDE; c++) sums[c] = 0;
    for (size_t b = 0; b < blocks; b++) {
      int products[CK_WIDE] = {0};
      for (size_t s = b * steps; s < (b + 1) * steps; s++) {
        const int8_t *four = x->codes + i * x->stride + 4 * s;
        const uint8_t *codes = panel->codes + s * 4 * CK_WIDE;
        for (size_t c = 0; c < CK_WIDE; c++)
          for (size_t j = 0; j < 4; j++) products[c] += codes[4 * c + j] * four[j];
      }
      float scale = x->scales[i * x->blocks + b], sum = x->sums[i * x->blocks + b];
      const float *scales = panel->scales + b * CK_WIDE, *minima = panel->minima + b * CK_WIDE;
      for (size_t c = 0; c < CK_WIDE; c++) sums[c] += scales[c] * scale * (float)products[c] + minima[c] * sum;
    }
  }
}

const ck_int8_table ck_int8_portable = {"portable", 0, dots, split, tile};
