#include "int8.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#include "ckernels_dequantize.h"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define dot_any(sum, codes, x) vdotq_s32(sum, codes, x)
#define dot_fours(sum, codes, x) vdotq_s32(sum, codes, x)
#define TABLE ck_int8_sdot
#define TABLE_NAME "NEON SDOT"
#include "int8_neon.h"
#pragma clang attribute pop
#else
typedef int ck_no_sdot;
#endif
