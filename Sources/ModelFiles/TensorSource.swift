package import Tensors

/// A file (or several) with named tensors, validated when it was opened, so that looking one up cannot fail.
package protocol TensorSource: Sendable {
  /// The file, for messages.
  var path: String { get }

  /// The names of all tensors, in the order of the file.
  var tensorNames: [String] { get }

  /// The tensor of this name; `nil` where there is none, or where it is stored in a way that is not supported
  /// (`unsupportedFeature(ofTensor:)` then says which).
  ///
  /// The bytes are those of the mapped file. For plain element types `storage.pointer` is always aligned to the
  /// element: a tensor that lies misaligned in its file is copied, anew at every call, so that callers keep what they
  /// were given. Block-quantised types promise no alignment; their kernels load bytewise.
  func tensor(named name: String) -> StoredTensor?

  /// Why the tensor of this name cannot be handed out, such as `element type F8_E4M3 is not supported`; `nil` where it
  /// can be, or where there is none.
  func unsupportedFeature(ofTensor name: String) -> String?

  /// The file that the tensor of this name lies in: a shard, where the source has several.
  func path(ofTensor name: String) -> String

  /// Where the gradient of the tensor of this name goes; `nil` where it is frozen, as all tensors of files are.
  func gradientNode(ofTensor name: String) -> GradientNode?
}

extension TensorSource {
  package func unsupportedFeature(ofTensor name: String) -> String? { nil }

  package func path(ofTensor name: String) -> String { path }

  package func gradientNode(ofTensor name: String) -> GradientNode? { nil }
}

extension StoredTensor {
  /// A tensor over `bytes`, copied where they are misaligned for its plain element type.
  ///
  /// - Precondition: `bytes.count` is what type and shape need.
  static func aligned(_ elementType: ElementType, shape: [Int], bytes: Bytes) -> StoredTensor {
    let alignment = elementType.isQuantized ? 1 : elementType.blockBytes
    let isAligned = UInt(bitPattern: bytes.pointer) % UInt(alignment) == 0
    return StoredTensor(
      elementType: elementType, shape: shape, storage: isAligned ? bytes : Bytes(copying: bytes.buffer))
  }
}

/// The bytes that a tensor from a file needs, checked so that no later product over its dimensions overflows, not even
/// where another dimension is 0; `nil` otherwise.
func checkedByteCount(_ elementType: ElementType, shape: [Int]) -> Int? {
  var product = 1
  for dimension in shape {
    let (next, overflow) = product.multipliedReportingOverflow(by: max(dimension, 1))
    if overflow { return nil }
    product = next
  }
  return elementType.byteCount(shape: shape)
}
