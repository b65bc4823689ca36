import CKernels

/// A frozen convolution of channels that lie in planes, such as the colours of a photo, to channels that lie side by
/// side in each pixel: the first layer of a convolutional net. Sides are padded with zeros as in TensorFlow's "same",
/// which puts the odd zero at the end.
///
/// Its matrix is so small that it is packed at once, in f32 whatever the precision of other layers is.
package struct PlaneConvolution: Sendable {
  package let channels, outputs, kernelSize, stride: Int
  package let activation: Activation
  private let matrix: PackedMatrix
  private let bias: Tensor

  /// - Parameters:
  ///   - weight: `[outputs, channels, kernelSize, kernelSize]`.
  ///   - bias: `[outputs]`.
  package init(weight: Tensor, bias: Tensor, stride: Int, activation: Activation = .none) {
    precondition(
      weight.shape.count == 4 && weight.shape[2] == weight.shape[3] && bias.count == weight.shape[0] && stride > 0,
      "no convolution of \(weight.shape) and \(bias.shape)")
    (outputs, channels, kernelSize) = (weight.shape[0], weight.shape[1], weight.shape[2])
    self.stride = stride
    self.activation = activation
    self.bias = bias
    let rows = weight.reshaped([outputs, channels * kernelSize * kernelSize])
    matrix = PackedMatrix(rows.stored, precision: .f32, gradients: nil)
  }

  /// `[images, channels, height, width]` → `[images, ceil(height / stride), ceil(width / stride), outputs]`.
  package func callAsFunction(_ pixels: Tensor) -> Tensor {
    precondition(pixels.shape.count == 4 && pixels.shape[1] == channels, "no planes to convolve: \(pixels.shape)")
    let shape = ck_same_convolution(pixels.shape[0], pixels.shape[2], pixels.shape[3], channels, kernelSize, stride)
    return matrix.convolution(shape, pixels, PackedMatrix.Epilogue(bias: bias, activation: activation))
  }
}
