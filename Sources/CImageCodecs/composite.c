#include "CImageCodecs.h"

// Pillow weighs with 7 fraction bits and divides by 255 by shifts; over an opaque background its general formula for
// two alphas reduces to these weights.
static inline uint8_t blend(uint32_t foreground, uint32_t background, uint32_t alpha) {
  uint32_t weighted = (foreground * alpha + background * (255 - alpha)) << 7;
  weighted += 0x80 << 7;
  return (uint8_t)((((weighted >> 8) + weighted) >> 8) >> 7);
}

void imageCodecComposite(const uint8_t *rgba, size_t pixelCount, const uint8_t background[3], uint8_t *rgb) {
  const uint32_t red = background[0], green = background[1], blue = background[2];
  for (size_t index = 0; index < pixelCount; index++) {
    const uint32_t alpha = rgba[4 * index + 3];
    rgb[3 * index] = blend(rgba[4 * index], red, alpha);
    rgb[3 * index + 1] = blend(rgba[4 * index + 1], green, alpha);
    rgb[3 * index + 2] = blend(rgba[4 * index + 2], blue, alpha);
  }
}
