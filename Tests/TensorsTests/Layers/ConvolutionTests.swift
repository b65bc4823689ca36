import Tensors
import TestSupport
import Testing

/// Convolutions on each instruction set against plain double precision.
@Suite("Convolutions")
struct ConvolutionTests {
  /// Zeros before the first number of a side, as TensorFlow's documentation has it.
  private static func padding(side: Int, kernel: Int, stride: Int) -> Int {
    max(kernel - (side % stride == 0 ? stride : side % stride), 0) / 2
  }

  /// `x` and what is found are `[height, width, channels]`.
  private static func convolved(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor, stride: Int, isDepthwise: Bool
  ) -> [Double] {
    let (height, width, channels) = (x.shape[0], x.shape[1], x.shape[2])
    let (outputs, kernel) = (weight.shape[0], weight.shape[2])
    let top = padding(side: height, kernel: kernel, stride: stride)
    let left = padding(side: width, kernel: kernel, stride: stride)
    let (numbers, weights, biases) = (x.values, weight.values, bias.values)
    var found: [Double] = []
    for row in 0..<(height + stride - 1) / stride {
      for column in 0..<(width + stride - 1) / stride {
        for output in 0..<outputs {
          var sum = Double(biases[output])
          for (index, channel) in (isDepthwise ? [output] : Array(0..<channels)).enumerated() {
            for tap in 0..<kernel * kernel {
              let (y, place) = (row * stride + tap / kernel - top, column * stride + tap % kernel - left)
              guard (0..<height).contains(y), (0..<width).contains(place) else { continue }
              let taken = (output * weight.shape[1] + index) * kernel * kernel + tap
              sum += Double(numbers[(y * width + place) * channels + channel]) * Double(weights[taken])
            }
          }
          found.append(min(max(sum, 0), 6))
        }
      }
    }
    return found
  }

  private func expect(_ found: Tensor, near expected: [Double]) {
    #expect(found.count == expected.count)
    // Sums of up to 75 products of numbers up to 2, plus a bias: some hundred roundings at the most.
    for (a, b) in zip(found.values, expected) where abs(Double(a) - b) > 1e-4 {
      Issue.record("\(a), not \(b)")
      return
    }
  }

  @Test(
    "a depthwise convolution is what its definition says, at borders and in every lane",
    arguments: KernelSettings.instructionSets, [(3, 1), (3, 2), (5, 1), (5, 2), (1, 1), (7, 3)])
  func depthwise(set: String, shape: (kernel: Int, stride: Int)) {
    for (height, width, channels) in [(1, 1, 16), (7, 9, 24), (12, 20, 3), (9, 30, 48), (5, 4, 100)] {
      let x = Tensor.random([2, height, width, channels], seed: 1)
      let weight = Tensor.random([channels, 1, shape.kernel, shape.kernel], seed: 2)
      let bias = Tensor.random([channels], seed: 3)
      let layer = DepthwiseConvolution(weight: weight, bias: bias, stride: shape.stride, activation: .relu6)
      let found = KernelSettings.with(instructionSet: set) { layer(x) }
      let rows = (height + shape.stride - 1) / shape.stride
      #expect(found.shape == [2, rows, (width + shape.stride - 1) / shape.stride, channels])
      for image in 0..<2 {
        expect(
          found[image], near: Self.convolved(x[image], weight, bias, stride: shape.stride, isDepthwise: true))
      }
    }
  }

  @Test("a convolution of planes is what its definition says", arguments: KernelSettings.instructionSets, [1, 2])
  func planes(set: String, stride: Int) {
    for (height, width, kernel) in [(1, 1, 3), (8, 9, 3), (15, 30, 3), (6, 7, 5)] {
      let x = Tensor.random([2, height, width, 3], seed: 1)
      // The same pixels, colour by colour.
      var pixels = Tensor(uninitialized: [2, 3, height, width])
      pixels.withUnsafeMutableBuffer { pixels in
        for (index, value) in x.values.enumerated() {
          let (channel, place, image) = (index % 3, index / 3 % (height * width), index / 3 / (height * width))
          pixels[(image * 3 + channel) * height * width + place] = value
        }
      }
      let (weight, bias) = (Tensor.random([37, 3, kernel, kernel], seed: 2), Tensor.random([37], seed: 3))
      let layer = PlaneConvolution(weight: weight, bias: bias, stride: stride, activation: .relu6)
      let found = KernelSettings.with(instructionSet: set) { layer(pixels) }
      for image in 0..<2 {
        expect(found[image], near: Self.convolved(x[image], weight, bias, stride: stride, isDepthwise: false))
      }
    }
  }

  @Test("results do not depend on the number of threads, nor on the images beside them, to the last bit")
  func repeatable() {
    let x = Tensor.random([3, 40, 33, 48], seed: 1)
    let layer = DepthwiseConvolution(
      weight: .random([48, 1, 5, 5], seed: 2), bias: .random([48], seed: 3), stride: 2, activation: .silu)
    let together = KernelSettings.with(threads: 2) { layer(x) }
    for image in 0..<3 {
      let alone = KernelSettings.with(threads: 1) { layer(x[image].reshaped([1, 40, 33, 48])) }
      #expect(alone.values == together[image].values)
    }
  }

  @Test("what is no number stays none where the kernel sees it, and is not seen elsewhere")
  func notANumber() {
    var x = Tensor(zeros: [1, 4, 4, 16])
    x.withUnsafeMutableBuffer { $0[0] = .nan }
    let layer = DepthwiseConvolution(
      weight: .random([16, 1, 3, 3], seed: 2), bias: Tensor(zeros: [16]), stride: 1, activation: .relu6)
    let found = layer(x).values
    #expect(found[0].isNaN && found[16].isNaN)
    #expect(found[1] == 0 && found[2 * 16] == 0)
  }

  /// Whose widened pixels are so many that a block takes them in strips.
  @Test(
    "a block of a large image gives what its layers give one after the other, to the last bit",
    arguments: MatrixPrecision.allCases, [1, 2])
  func strips(precision: MatrixPrecision, stride: Int) {
    let plan = MatrixPlan(packed: precision)
    func linear(_ outputs: Int, _ inputs: Int) -> Linear {
      Linear(weight: Tensor.random([outputs, inputs], seed: 1).stored, bias: .random([outputs], seed: 2)).prepared(plan)
    }
    let (expand, project) = (linear(96, 16), linear(16, 96))
    let depthwise = DepthwiseConvolution(
      weight: .random([96, 1, 5, 5], seed: 3), bias: .random([96], seed: 4), stride: stride, activation: .relu6)
    let block = InvertedResidual(
      expand: expand, depthwise: depthwise, project: project, activation: .relu6, isResidual: stride == 1)
    let x = Tensor.random([1, 90, 77, 16], seed: 5)
    let (found, expected) = KernelSettings.with {
      var expected = project(depthwise(expand(x, activation: .relu6)))
      if stride == 1 {
        expected = x
        project.add(depthwise(expand(x, activation: .relu6)), to: &expected)
      }
      return (block(x), expected)
    }
    #expect(found.shape == expected.shape)
    #expect(found.values == expected.values)
  }
}
