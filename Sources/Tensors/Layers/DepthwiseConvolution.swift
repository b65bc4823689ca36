import CKernels

/// A frozen convolution in which every channel has a kernel of its own (Sifre 2014). Sides are padded with zeros as in
/// TensorFlow's "same", which puts the odd zero at the end. It computes in f32.
package struct DepthwiseConvolution: Sendable {
  package let kernelSize, stride: Int
  package let activation: Activation
  /// `[kernelSize * kernelSize, channels]`.
  private let weight: Tensor
  private let bias: Tensor

  /// - Parameters:
  ///   - weight: `[channels, 1, kernelSize, kernelSize]`, as PyTorch has it.
  ///   - bias: `[channels]`.
  package init(weight: Tensor, bias: Tensor, stride: Int, activation: Activation = .none) {
    precondition(
      weight.shape.count == 4 && weight.shape[1] == 1 && weight.shape[2] == weight.shape[3] && stride > 0
        && bias.count == weight.shape[0], "no depthwise convolution of \(weight.shape) and \(bias.shape)")
    let (channels, taps) = (weight.shape[0], weight.shape[2] * weight.shape[2])
    kernelSize = weight.shape[2]
    self.stride = stride
    self.activation = activation
    self.bias = bias
    // Channels are the lanes of a vector.
    var turned = Tensor(uninitialized: [taps, channels])
    weight.withUnsafeBuffer { weight in
      turned.withUnsafeMutableBuffer { turned in
        for channel in 0..<channels {
          for tap in 0..<taps { turned[tap * channels + channel] = weight[channel * taps + tap] }
        }
      }
    }
    self.weight = turned
  }

  package var channels: Int { bias.count }

  /// `[images, height, width, channels]` → `[images, ceil(height / stride), ceil(width / stride), channels]`.
  package func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(x.shape.count == 4 && x.columns == channels, "no pixels of \(channels) channels: \(x.shape)")
    let shape = shape(images: x.shape[0], height: x.shape[1], width: x.shape[2])
    var out = Tensor(uninitialized: [x.shape[0], shape.out_height, shape.out_width, channels])
    x.withPointer { x in
      out.withMutablePointer { out in
        withKernelConvolution(shape) { convolution in
          var convolution = convolution
          (convolution.x, convolution.out) = (x, out)
          ck_depthwise_convolution(&convolution)
        }
      }
    }
    return out
  }

  func shape(images: Int, height: Int, width: Int) -> ck_convolution_shape {
    ck_same_convolution(images, height, width, channels, kernelSize, stride)
  }

  /// Calls `body` with the convolution as the C kernels take it, without its input and output.
  func withKernelConvolution(_ shape: ck_convolution_shape, _ body: (ck_depthwise) -> Void) {
    weight.withPointer { weight in
      bias.withPointer { bias in
        body(
          ck_depthwise(shape: shape, x: nil, weights: weight, bias: bias, activation: activation.kernel, out: nil))
      }
    }
  }
}
