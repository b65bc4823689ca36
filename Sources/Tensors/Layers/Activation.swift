import CKernels

/// An element-wise function, which a layer may apply to its sums before it stores them.
package enum Activation: String, Sendable, CaseIterable {
  case none
  /// The Gaussian error linear unit in its exact form, with erf.
  case gelu
  /// GELU's approximation by tanh, `x / 2 * (1 + tanh(√(2/π) (x + 0.044715 x³)))`: `gelu_new` and `gelu_pytorch_tanh` in
  /// Hugging Face's configurations.
  case geluTanh
  /// GELU's approximation by the logistic function, `x σ(1.702 x)`: `quick_gelu`.
  case quickGELU
  case relu
  /// `x σ(x)`, also called swish.
  case silu
  /// x within 0 and 6 (Krizhevsky 2010).
  case relu6

  /// The activation's number in the C kernels.
  var kernel: Int32 {
    let kind =
      switch self {
      case .none: CK_ACTIVATION_NONE
      case .gelu: CK_ACTIVATION_GELU
      case .geluTanh: CK_ACTIVATION_GELU_TANH
      case .quickGELU: CK_ACTIVATION_QUICK_GELU
      case .relu: CK_ACTIVATION_RELU
      case .silu: CK_ACTIVATION_SILU
      case .relu6: CK_ACTIVATION_RELU6
      }
    return Int32(kind.rawValue)
  }
}
