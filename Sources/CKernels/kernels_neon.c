#if defined(__aarch64__)
#include <math.h>
#include <stdint.h>
#include <string.h>

// Every arm64 processor has NEON, and converts halves.
#define HALF_IS_NATIVE
typedef struct { _Float16 value; } __attribute__((packed)) packed_half;
#define HALF(p) ((float)((const packed_half *)(p))->value)
// 24 of 32 registers of four floats hold the sums of 6 rows and 16 outputs.
#define TILE_ROWS 6
#define TILE_VECTORS 1
#define DEPTHWISE_PIXELS 4
#define TABLE ck_table_neon
#define TABLE_NAME "NEON"
#include "row_kernels.h"
#else
typedef int ck_no_neon;
#endif
