// Products of matrices as they come. The second operand is packed on the way, in blocks (Goto and van de Geijn 2008, Van Zee
// and van de Geijn 2015), and then meets the rows of the first by the tiles of packed products.
#include "packed.h"

// Floats of a packed block of the second operand (4 MB) and of a turned one of the first (8 MB).
enum { BLOCK_B = 1 << 20, BLOCK_A = 1 << 21 };

// The second operand is read as it lies, where it is not to be turned, by so few rows, or where it is so small: packing would
// cost more than it brings.
enum { FEW_ROWS = 2 * CK_TILE, SMALL_K = 128 };

typedef struct {
  int transposed_a, transposed_b;
  size_t m, n, k, stride_a, stride_b, stride_out;
  float scale;
  const float *a, *b;
  float *out;
  int accumulate;
} operands;

/// `n` outputs from `first` on; `data` is packed, or in f32 with `panel_stride`.
static void multiply_outputs(const operands *o, size_t first, size_t n, const void *data, size_t panel_stride) {
  ck_packed matrix = ck_packed_floats(CK_PRECISION_F32, n, o->k);
  matrix.data = data;
  ck_epilogue epilogue = {.accumulate = o->accumulate};
  ck_product product = {.m = o->m, .x = o->a, .stride_x = o->stride_a, .matrix = &matrix, .panel_stride = panel_stride,
                        .epilogue = &epilogue, .factor = o->scale, .out = o->out + first, .stride_out = o->stride_out};
  ck_multiply_panels(1, &product);
}

/// The first operand lies as rows.
static void multiply_rows(const operands *o) {
  size_t first = 0;
  if (!o->transposed_b && (o->m <= FEW_ROWS || o->k <= SMALL_K)) {
    // Whole panels. What is left is packed, since a panel must not be read beyond its end.
    first = o->n / CK_WIDE * CK_WIDE;
    if (first) multiply_outputs(o, 0, first, o->b, o->stride_b);
  }
  if (first == o->n) return;
  size_t panels = BLOCK_B / CK_WIDE / (o->k + 1), block = (panels ? panels : 1) * CK_WIDE;
  ck_packed shape = ck_packed_floats(CK_PRECISION_F32, o->n - first < block ? o->n - first : block, o->k);
  float *packed = ck_take(ck_packed_size(&shape));
  for (; first < o->n; first += block) {
    if (o->n - first < block) shape.n = o->n - first;
    ck_pack(&shape, o->transposed_b ? o->b + first * o->stride_b : o->b + first, o->stride_b, !o->transposed_b, packed);
    multiply_outputs(o, first, shape.n, packed, 0);
  }
  ck_give(packed);
}

typedef struct {
  const operands *o;
  float *out;
  size_t first, rows;
} turning;

/// Index = group of 16 rows.
static void turn_part(void *context, size_t begin, size_t end) {
  const turning *t = context;
  size_t first = begin * 16, last = end * 16 < t->rows ? end * 16 : t->rows;
  ck_kernels()->transpose(t->o->k, last - first, t->o->a + t->first + first, t->o->stride_a, t->out + first * t->o->k, t->o->k);
}

static void multiply(operands o) {
  if (o.m == 0 || o.n == 0) return;
  if (!o.transposed_a) return multiply_rows(&o);
  size_t rows = BLOCK_A / (o.k + 1) / CK_ROWS * CK_ROWS, block = rows ? rows : CK_ROWS;
  if (block > o.m) block = o.m;
  float *turned = ck_take(block * o.k * sizeof(float));
  for (size_t first = 0; first < o.m; first += block) {
    operands part = o;
    part.m = o.m - first < block ? o.m - first : block;
    turning t = {&o, turned, first, part.m};
    ck_parallel_for((part.m + 15) / 16, 2048 / (o.k + 1) + 1, turn_part, &t);
    part.transposed_a = 0;
    part.a = turned;
    part.stride_a = o.k;
    part.out = o.out + first * o.stride_out;
    multiply_rows(&part);
  }
  ck_give(turned);
}

void ck_gemm_nt(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                size_t stride_b, float *out, size_t stride_out, int accumulate) {
  multiply((operands){0, 1, m, n, k, stride_a, stride_b, stride_out, scale, a, b, out, accumulate});
}

void ck_gemm_nn(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                float *out, size_t stride_out, int accumulate) {
  multiply((operands){0, 0, m, n, k, stride_a, stride_b, stride_out, 1, a, b, out, accumulate});
}

void ck_gemm_tn(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                float *out, size_t stride_out, int accumulate) {
  multiply((operands){1, 0, m, n, k, stride_a, stride_b, stride_out, 1, a, b, out, accumulate});
}
