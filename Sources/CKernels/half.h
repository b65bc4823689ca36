#pragma once
#include <stdint.h>
#include <string.h>

/// IEEE 754 half precision to single, exactly, without hardware: subnormals are scaled by a multiplication that is exact.
static inline float ck_half_to_float(const void *source) {
  uint16_t half;
  memcpy(&half, source, sizeof half);
  uint32_t magnitude = (uint32_t)(half & 0x7FFF) << 13, sign = (uint32_t)(half & 0x8000) << 16, bits;
  if (magnitude >= 0x0F800000u) {
    bits = magnitude | 0x7F800000u;  // infinity and NaN
  } else {
    float scaled;
    memcpy(&scaled, &magnitude, sizeof scaled);
    scaled *= 0x1p112f;
    memcpy(&bits, &scaled, sizeof bits);
  }
  bits |= sign;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
