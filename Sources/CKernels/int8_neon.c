#include "int8.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#include "ckernels_dequantize.h"

// Two products fit 16 bits: codes are at least -128, rows at least -127, and 2 * 128 * 127 < 2^15.
static inline __attribute__((always_inline)) int32x4_t dot_any(int32x4_t sum, int8x16_t codes, int8x16_t x) {
  int16x8_t products = vmull_s8(vget_low_s8(codes), vget_low_s8(x));
  return vpadalq_s16(sum, vmlal_high_s8(products, codes, x));
}

static inline __attribute__((always_inline)) int32x4_t dot_fours(int32x4_t sum, int8x16_t codes, int8x16_t x) {
  int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(codes), vget_low_s8(x)));
  return vaddq_s32(sum, vpaddq_s32(low, vpaddlq_s16(vmull_high_s8(codes, x))));
}

#define TABLE ck_int8_neon
#define TABLE_NAME "NEON"
#include "int8_neon.h"
#else
typedef int ck_no_neon_int8;
#endif
