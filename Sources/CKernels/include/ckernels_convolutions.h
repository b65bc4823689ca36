#pragma once
#include <stddef.h>

#include "ckernels_packed.h"

// Convolutions over images, with the zeros around them that TensorFlow's "same" padding asks for: of an odd number, the
// end gets one more. A convolution of kernel 1 is a product of pixels with a matrix (ckernels_packed.h).

/// The shape of a convolution with a square kernel over images.
typedef struct {
  size_t images, height, width, channels;  // of the input
  size_t kernel, stride;
  size_t top, left;              // zeros before the first row and column
  size_t out_height, out_width;  // of the result
} ck_convolution_shape;

/// "Same" padding: a side becomes `ceil(side / stride)`.
ck_convolution_shape ck_same_convolution(size_t images, size_t height, size_t width, size_t channels, size_t kernel,
                                         size_t stride);

/// Every channel has a kernel of its own: `out[y, x, c] = activation(bias[c] + sum of weights[i, c] * x[y', x', c])`.
/// Each sum begins with the bias and runs over the kernel row by row, whatever the instruction set and the pixels beside it.
typedef struct {
  ck_convolution_shape shape;
  const float *x;        // [images, height, width, channels]
  const float *weights;  // [kernel * kernel, channels]
  const float *bias;     // [channels]
  int activation;        // enum ck_activation
  float *out;            // [images, out_height, out_width, channels]
} ck_depthwise;

/// Rows of the result are shared among the pool's threads.
void ck_depthwise_convolution(const ck_depthwise *convolution);

/// A convolution of few channels that lie in planes, such as the colours of a photo: `x` `[images, channels, height, width]`,
/// `matrix` packed from `[outputs, channels * kernel * kernel]`, `out` `[images, out_height, out_width, outputs]`. Rows of the
/// result are shared among the pool's threads.
void ck_plane_convolution(const ck_convolution_shape *shape, const float *x, const ck_packed *matrix,
                          const ck_epilogue *epilogue, float *out);

/// A block that widens pixels, convolves each channel by itself, and narrows pixels again.
typedef struct {
  ck_depthwise depthwise;   // its x and out are not used
  const ck_packed *expand;  // NULL: pixels are not widened
  ck_epilogue after_expand;
  const ck_packed *project;
  ck_epilogue after_project;
  const float *x;  // [images, height, width, inputs]
  float *out;      // [images, out_height, out_width, outputs]
} ck_inverted_residual;

/// The three steps strip by strip, so that what is wide stays in the second-level cache: for images whose widened pixels do
/// not. Results are those of one step after the other, to the last bit.
void ck_inverted_residual_strips(const ck_inverted_residual *block);
