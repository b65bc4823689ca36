import Tensors

/// The block of MobileNetV2 (Sandler et al. 2018): pixels are widened, each channel is convolved by itself, and what comes out
/// is narrowed again, without an activation, and added to what went in where that has the same shape.
struct InvertedResidual: Sendable {
  /// `nil` where pixels are not widened.
  private var expand: Linear?
  private let depthwise: DepthwiseConvolution
  private var project: Linear
  private let activation: Activation
  private let isResidual: Bool

  /// - Parameter activation: after `expand`; `depthwise` has its own.
  init(
    expand: Linear?, depthwise: DepthwiseConvolution, project: Linear, activation: Activation, isResidual: Bool
  ) {
    self.expand = expand
    self.depthwise = depthwise
    self.project = project
    self.activation = activation
    self.isResidual = isResidual
  }

  func prepared(_ plan: MatrixPlan) -> InvertedResidual {
    var prepared = self
    prepared.expand = expand?.prepared(plan)
    prepared.project = project.prepared(plan)
    return prepared
  }

  func preparedByteCount(_ plan: MatrixPlan) -> Int {
    (expand?.preparedByteCount(plan) ?? 0) + project.preparedByteCount(plan)
  }

  var stride: Int { depthwise.stride }
  var outputs: Int { project.outputs }

  /// The most numbers that are kept at once of so many pixels, copies of rows in 8 or 16 bits included.
  func workingCount(pixelsBefore: Int, pixelsAfter: Int) -> Int {
    let inputs = expand?.inputs ?? depthwise.channels
    return pixelsBefore * (2 * inputs + depthwise.channels) + pixelsAfter * (2 * depthwise.channels + outputs)
  }

  /// `[images, height, width, inputs]` → `[images, ceil(height / stride), ceil(width / stride), outputs]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let hidden = depthwise(expand.map { $0(x, activation: activation) } ?? x)
    guard isResidual else { return project(hidden) }
    var sum = x
    project.add(hidden, to: &sum)
    return sum
  }
}
