import CKernels

/// The frozen block of MobileNetV2 (Sandler et al. 2018): pixels are widened, each channel is convolved by itself, and
/// the result is narrowed again, without an activation, and added to the input where that has the same shape.
package struct InvertedResidual: Sendable {
  /// `nil` where pixels are not widened.
  private var expand: Linear?
  private let depthwise: DepthwiseConvolution
  private var project: Linear
  private let activation: Activation
  private let isResidual: Bool

  /// An image with more bytes of widened pixels is computed in strips: a core's second-level cache would not hold them
  /// until they are read again.
  private static let stripThreshold = 3 << 19

  /// - Parameters:
  ///   - activation: after `expand`; `depthwise` has its own.
  ///   - isResidual: whether the block adds its input, which then has the shape of its output.
  package init(
    expand: Linear?, depthwise: DepthwiseConvolution, project: Linear, activation: Activation, isResidual: Bool
  ) {
    precondition(
      expand?.outputs ?? depthwise.channels == depthwise.channels && project.inputs == depthwise.channels,
      "layers of a block that do not fit")
    self.expand = expand
    self.depthwise = depthwise
    self.project = project
    self.activation = activation
    self.isResidual = isResidual
  }

  /// The same block with its matrices prepared as `plan` says, except that those of few inputs are in f32 instead of 8
  /// bits.
  package func prepared(_ plan: MatrixPlan) -> InvertedResidual {
    var prepared = self
    prepared.expand = expand.map { $0.prepared(Self.plan(plan, for: $0)) }
    prepared.project = project.prepared(Self.plan(plan, for: project))
    return prepared
  }

  /// The most bytes that `prepared(_:)` takes.
  package func preparedByteCount(_ plan: MatrixPlan) -> Int {
    [expand, project].compactMap(\.self).reduce(0) { $0 + $1.preparedByteCount(Self.plan(plan, for: $1)) }
  }

  /// Rounding a row of so few numbers takes as long as the faster product saves.
  private static func plan(_ plan: MatrixPlan, for layer: Linear) -> MatrixPlan {
    plan.packed == .int8 && layer.inputs <= 32 ? MatrixPlan(packed: .f32) : plan
  }

  package var stride: Int { depthwise.stride }
  package var inputs: Int { expand?.inputs ?? depthwise.channels }
  package var outputs: Int { project.outputs }

  /// The most numbers that are held at once for so many pixels, including copies of rows in 8 or 16 bits.
  package func workingCount(pixelsBefore: Int, pixelsAfter: Int) -> Int {
    pixelsBefore * (2 * inputs + depthwise.channels) + pixelsAfter * (2 * depthwise.channels + outputs)
  }

  /// `[images, height, width, inputs]` → `[images, ceil(height / stride), ceil(width / stride), outputs]`.
  package func callAsFunction(_ x: Tensor) -> Tensor {
    if let strips = strips(x) { return strips }
    let hidden = depthwise(expand.map { $0(x, activation: activation) } ?? x)
    guard isResidual else { return project(hidden) }
    var sum = x
    project.add(hidden, to: &sum)
    return sum
  }

  /// The same, strip by strip of each image; `nil` where that does not pay, or the matrices are not packed.
  private func strips(_ x: Tensor) -> Tensor? {
    let pixels = x.shape[1] * x.shape[2]
    guard pixels * depthwise.channels * MemoryLayout<Float>.stride > Self.stripThreshold,
      let projection = project.packedMatrix
    else { return nil }
    let expansion = expand?.packedMatrix
    if expand != nil, expansion == nil { return nil }
    let shape = depthwise.shape(images: x.shape[0], height: x.shape[1], width: x.shape[2])
    var out = isResidual ? x : Tensor(uninitialized: [x.shape[0], shape.out_height, shape.out_width, outputs])
    let afterExpand = PackedMatrix.Epilogue(bias: expand?.bias?.value, activation: activation)
    let afterProject = PackedMatrix.Epilogue(bias: project.bias?.value, accumulates: isResidual)
    withExtendedLifetime((projection, expansion)) {
      x.withPointer { x in
        out.withMutablePointer { out in
          afterExpand.withKernelEpilogue { afterExpand in
            afterProject.withKernelEpilogue { afterProject in
              depthwise.withKernelConvolution(shape) { convolution in
                withUnsafePointer(to: projection.kernelMatrix) { project in
                  Self.withPointer(to: expansion?.kernelMatrix) { expand in
                    var block = ck_inverted_residual(
                      depthwise: convolution, expand: expand, after_expand: afterExpand.pointee, project: project,
                      after_project: afterProject.pointee, x: x, out: out)
                    ck_inverted_residual_strips(&block)
                  }
                }
              }
            }
          }
        }
      }
    }
    return out
  }

  private static func withPointer<Value>(to value: Value?, _ body: (UnsafePointer<Value>?) -> Void) {
    if let value { withUnsafePointer(to: value) { body($0) } } else { body(nil) }
  }
}
