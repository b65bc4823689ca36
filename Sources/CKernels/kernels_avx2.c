#if defined(__x86_64__)
#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define HALF_IS_NATIVE
typedef struct { _Float16 value; } __attribute__((packed)) packed_half;
#define HALF(p) ((float)((const packed_half *)(p))->value)
#define NARROW_TILES
#define TABLE ck_table_avx2
#define TABLE_NAME "AVX2"
#include "row_kernels.h"
#pragma clang attribute pop
#else
typedef int ck_no_avx2;
#endif
