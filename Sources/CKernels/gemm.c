#include <cblas.h>
#include <pthread.h>

#include "CKernels.h"

// OpenBLAS's own threads stay asleep: the pool of threads.c owns the cores and calls it from each of its threads.
static void use_one_blas_thread(void) { openblas_set_num_threads(1); }
static pthread_once_t once = PTHREAD_ONCE_INIT;

void ck_gemm_nt_serial(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                       size_t stride_b, float *out, size_t stride_out, int accumulate) {
  pthread_once(&once, use_one_blas_thread);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)m, (blasint)n, (blasint)k, scale, a, (blasint)stride_a,
              b, (blasint)stride_b, accumulate ? 1.0f : 0.0f, out, (blasint)stride_out);
}

void ck_gemm_nn_serial(size_t m, size_t n, size_t k, const float *a, size_t stride_a, const float *b, size_t stride_b,
                       float *out, size_t stride_out) {
  pthread_once(&once, use_one_blas_thread);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)m, (blasint)n, (blasint)k, 1.0f, a, (blasint)stride_a,
              b, (blasint)stride_b, 0.0f, out, (blasint)stride_out);
}

typedef struct {
  size_t m, n, k, stride_a, stride_b, stride_out, block;
  float scale;
  const float *a, *b;
  float *out;
  int accumulate, split_rows;
} product;

static void multiply_part(void *context, size_t begin, size_t end) {
  const product *p = context;
  size_t first = begin * p->block, limit = p->split_rows ? p->m : p->n;
  size_t count = (end * p->block < limit ? end * p->block : limit) - first;
  if (p->split_rows)
    ck_gemm_nt_serial(count, p->n, p->k, p->scale, p->a + first * p->stride_a, p->stride_a, p->b, p->stride_b,
                      p->out + first * p->stride_out, p->stride_out, p->accumulate);
  else
    ck_gemm_nt_serial(p->m, count, p->k, p->scale, p->a, p->stride_a, p->b + first * p->stride_b, p->stride_b,
                      p->out + first, p->stride_out, p->accumulate);
}

void ck_gemm_nt(size_t m, size_t n, size_t k, float scale, const float *a, size_t stride_a, const float *b,
                size_t stride_b, float *out, size_t stride_out, int accumulate) {
  if (m == 0 || n == 0) return;
  // The longer side is shared, in blocks that are whole tiles of the BLAS kernels.
  int split_rows = m > n;
  size_t block = 16, blocks = ((split_rows ? m : n) + block - 1) / block;
  // Below some 100,000 multiplications waking a thread costs more than it brings.
  size_t work_per_block = block * (split_rows ? n : m) * k;
  size_t grain = 100000 / (work_per_block + 1) + 1;
  product p = {m, n, k, stride_a, stride_b, stride_out, block, scale, a, b, out, accumulate, split_rows};
  ck_parallel_for(blocks, grain, multiply_part, &p);
}
