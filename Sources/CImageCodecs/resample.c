#include "CImageCodecs.h"

#include <string.h>

// One body a pass, compiled for the baseline and, on x86, for AVX2 too: the baseline there (SSE2) has no 32-bit
// multiplication. The integers are the same either way.

typedef uint8_t Bytes8 __attribute__((vector_size(8)));
typedef int32_t Ints8 __attribute__((vector_size(32)));
typedef uint8_t Bytes32 __attribute__((vector_size(32)));
typedef int32_t Ints32 __attribute__((vector_size(128)));

#define BODY static inline __attribute__((always_inline))

BODY uint8_t clip(int32_t sum) {
  const int32_t value = sum >> ImageResamplePrecisionBits;
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

enum { half = 1 << (ImageResamplePrecisionBits - 1) };

BODY void horizontalBody(
    const uint8_t *source, uint8_t *destination, size_t destinationWidth, const ResampleWindow *windows,
    const int32_t *coefficients, size_t kernelSize) {
  for (size_t x = 0; x < destinationWidth; x++) {
    const uint8_t *pixel = source + 3 * (size_t)windows[x].first;
    const int32_t *weights = coefficients + x * kernelSize;
    // Lanes: red, green, blue of an even pixel, nothing, the same of the odd pixel beside it, nothing.
    Ints8 sums = {half, half, half, 0, 0, 0, 0, 0};
    for (int32_t tap = 0; tap < windows[x].count; tap += 2) {
      Bytes8 bytes;
      memcpy(&bytes, pixel + 3 * tap, sizeof bytes);
      const Ints8 pair = __builtin_convertvector(__builtin_shufflevector(bytes, bytes, 0, 1, 2, 2, 3, 4, 5, 5), Ints8);
      const int32_t even = weights[tap], odd = weights[tap + 1];
      sums += pair * (Ints8){even, even, even, even, odd, odd, odd, odd};
    }
    destination[3 * x] = clip(sums[0] + sums[4]);
    destination[3 * x + 1] = clip(sums[1] + sums[5]);
    destination[3 * x + 2] = clip(sums[2] + sums[6]);
  }
}

BODY void verticalBody(
    const uint8_t *source, size_t stride, size_t byteCount, size_t rowCount, const int32_t *coefficients,
    uint8_t *destination) {
  size_t x = 0;
  for (; x + 32 <= byteCount; x += 32) {
    Ints32 sums = {0};
    sums += half;
    for (size_t row = 0; row < rowCount; row++) {
      Bytes32 bytes;
      memcpy(&bytes, source + row * stride + x, sizeof bytes);
      sums += __builtin_convertvector(bytes, Ints32) * coefficients[row];
    }
    for (int lane = 0; lane < 32; lane++) destination[x + lane] = clip(sums[lane]);
  }
  for (; x < byteCount; x++) {
    int32_t sum = half;
    for (size_t row = 0; row < rowCount; row++) sum += source[row * stride + x] * coefficients[row];
    destination[x] = clip(sum);
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void horizontalAVX2(
    const uint8_t *source, uint8_t *destination, size_t destinationWidth, const ResampleWindow *windows,
    const int32_t *coefficients, size_t kernelSize) {
  horizontalBody(source, destination, destinationWidth, windows, coefficients, kernelSize);
}

__attribute__((target("avx2"))) static void verticalAVX2(
    const uint8_t *source, size_t stride, size_t byteCount, size_t rowCount, const int32_t *coefficients,
    uint8_t *destination) {
  verticalBody(source, stride, byteCount, rowCount, coefficients, destination);
}
#endif

void imageResampleHorizontally(
    const uint8_t *source, uint8_t *destination, size_t destinationWidth, const ResampleWindow *windows,
    const int32_t *coefficients, size_t kernelSize) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    horizontalAVX2(source, destination, destinationWidth, windows, coefficients, kernelSize);
    return;
  }
#endif
  horizontalBody(source, destination, destinationWidth, windows, coefficients, kernelSize);
}

void imageResampleVertically(
    const uint8_t *source, size_t stride, size_t byteCount, size_t rowCount, const int32_t *coefficients,
    uint8_t *destination) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    verticalAVX2(source, stride, byteCount, rowCount, coefficients, destination);
    return;
  }
#endif
  verticalBody(source, stride, byteCount, rowCount, coefficients, destination);
}
