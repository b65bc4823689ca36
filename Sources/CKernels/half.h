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

/// IEEE 754 single precision to half, rounded to nearest, ties to even; from 65520 on infinity, as the standard has it.
static inline uint16_t ck_half_from_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return sign | 0x7E00 | (magnitude >> 13 & 0x1FF);  // NaN, quiet
  if (magnitude >= 0x477FF000u) return sign | 0x7C00;
  if (magnitude < 0x38800000u) {
    // A subnormal half counts in steps of 2^-24, as floats from 0.5 to 1 do: the addition rounds as it should.
    float shifted;
    memcpy(&shifted, &magnitude, sizeof shifted);
    shifted += 0.5f;
    memcpy(&magnitude, &shifted, sizeof magnitude);
    return sign | (uint16_t)(magnitude - 0x3F000000u);
  }
  // Just below one half of the last place, and the rest where the last bit is odd; a carry moves into the exponent.
  magnitude += 0xFFF + (magnitude >> 13 & 1);
  return sign | (uint16_t)((magnitude - 0x38000000u) >> 13);
}
