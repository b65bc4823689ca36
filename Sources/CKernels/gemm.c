#include <cblas.h>
#include <pthread.h>

#include "CKernels.h"

// OpenBLAS's own threads stay asleep: the pool of threads.c owns the cores and calls it from each of its threads.
static void use_one_blas_thread(void) { openblas_set_num_threads(1); }
static pthread_once_t once = PTHREAD_ONCE_INIT;

typedef struct {
  int transposed_a, transposed_b;
  size_t m, n, k, stride_a, stride_b, stride_out;
  float scale;
  const float *a, *b;
  float *out;
  int accumulate;
} product;

static void multiply(const product *p) {
  pthread_once(&once, use_one_blas_thread);
  cblas_sgemm(CblasRowMajor, p->transposed_a ? CblasTrans : CblasNoTrans, p->transposed_b ? CblasTrans : CblasNoTrans,
              (blasint)p->m, (blasint)p->n, (blasint)p->k, p->scale, p->a, (blasint)p->stride_a, p->b,
              (blasint)p->stride_b, p->accumulate ? 1.0f : 0.0f, p->out, (blasint)p->stride_out);
}

void ck_gemm_nt_serial(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                       size_t stride_b, float *out, size_t stride_out, int accumulate) {
  multiply(&(product){0, 1, m, n, k, stride_a, stride_b, stride_out, scale, a, b, out, accumulate});
}

void ck_gemm_nn_serial(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                       float *out, size_t stride_out, int accumulate) {
  multiply(&(product){0, 0, m, n, k, stride_a, stride_b, stride_out, 1, a, b, out, accumulate});
}

void ck_gemm_tn_serial(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                       float *out, size_t stride_out, int accumulate) {
  multiply(&(product){1, 0, m, n, k, stride_a, stride_b, stride_out, 1, a, b, out, accumulate});
}

typedef struct {
  product whole;
  size_t block;
  int split_rows;
} shared_product;

static void multiply_part(void *context, size_t begin, size_t end) {
  const shared_product *s = context;
  product part = s->whole;
  size_t first = begin * s->block, limit = s->split_rows ? part.m : part.n;
  size_t count = (end * s->block < limit ? end * s->block : limit) - first;
  if (s->split_rows) {
    part.m = count;
    part.a += part.transposed_a ? first : first * part.stride_a;
    part.out += first * part.stride_out;
  } else {
    part.n = count;
    part.b += part.transposed_b ? first * part.stride_b : first;
    part.out += first;
  }
  multiply(&part);
}

static void multiply_shared(product whole) {
  if (whole.m == 0 || whole.n == 0) return;
  // The longer side is shared, in blocks that are whole tiles of the BLAS kernels (16 by 4 with AVX-512, 8 by up to 24 with
  // AVX2): so that edges, whose sums run in another order, are where they are in the whole product.
  int split_rows = whole.m > whole.n;
  size_t block = 48, blocks = ((split_rows ? whole.m : whole.n) + block - 1) / block;
  // Below some 100,000 multiplications waking a thread costs more than it brings.
  size_t work_per_block = block * (split_rows ? whole.n : whole.m) * whole.k;
  size_t grain = 100000 / (work_per_block + 1) + 1;
  // Each part packs the whole other side for itself: two parts a thread, where loops usually have four.
  size_t parts = 2 * (size_t)ck_threads(), large = (blocks + parts - 1) / parts;
  if (grain < large) grain = large;
  shared_product s = {whole, block, split_rows};
  ck_parallel_for(blocks, grain, multiply_part, &s);
}

void ck_gemm_nt(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                size_t stride_b, float *out, size_t stride_out, int accumulate) {
  multiply_shared((product){0, 1, m, n, k, stride_a, stride_b, stride_out, scale, a, b, out, accumulate});
}

void ck_gemm_nn(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                float *out, size_t stride_out, int accumulate) {
  multiply_shared((product){0, 0, m, n, k, stride_a, stride_b, stride_out, 1, a, b, out, accumulate});
}

void ck_gemm_tn(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                float *out, size_t stride_out, int accumulate) {
  multiply_shared((product){1, 0, m, n, k, stride_a, stride_b, stride_out, 1, a, b, out, accumulate});
}
