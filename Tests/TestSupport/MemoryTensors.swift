import ModelFiles
package import Tensors

/// Tensors in memory, frozen or on a tape.
package struct MemoryTensors: TensorSource {
  package let path = "memory"
  private let tensors: [String: StoredTensor]
  private let nodes: [String: GradientNode]

  /// - Parameters:
  ///   - tape: of all tensors but `frozen`; `nil` where none is trained.
  package init(_ tensors: [String: StoredTensor], tape: GradientTape? = nil, frozen: Set<String> = []) {
    self.tensors = tensors
    guard let tape else {
      nodes = [:]
      return
    }
    nodes = tensors.filter { !frozen.contains($0.key) }.mapValues { tape.node(shape: $0.shape) }
  }

  package var tensorNames: [String] { tensors.keys.sorted() }

  package func tensor(named name: String) -> StoredTensor? { tensors[name] }

  package func gradientNode(ofTensor name: String) -> GradientNode? { nodes[name] }

  /// `nil` for frozen tensors and for those that nothing was computed from.
  package func gradient(of name: String) -> Tensor? { nodes[name]?.gradient }
}
