package import ModelFiles
package import Tensors

/// The tensors of a mapper while it is trained, under the names of its file.
package struct ParameterSet: Sendable {
  /// How the optimiser treats the tensor.
  package enum Role: String, Sendable, Codable {
    /// A matrix that multiplies, or learnt positions and queries.
    case weight
    /// Biases and the parameters of norms, which weight decay would only harm.
    case vector
    /// The part of a prefix that no image changes.
    case base
    /// Computed from the data and not trained.
    case constant

    package var isTrained: Bool { self != .constant }

    /// The mappers' names follow one rule. `mean` and `std`, or `mean.N` and `std.N`, come from the data. `base` is the
    /// prefix's base, and `prompt` a prompt that no image changes. Biases and all parameters of norms are vectors.
    init(ofName name: String, dimensions: Int) {
      self =
        switch name {
        case "mean", "std": .constant
        case _ where name.hasPrefix("mean.") || name.hasPrefix("std."): .constant
        case "base", "prompt": .base
        default: dimensions < 2 ? .vector : .weight
        }
    }
  }

  package struct Parameter: Sendable {
    package let name: String
    package let role: Role
    package var tensor: Tensor

    package init(name: String, role: Role, tensor: Tensor) {
      self.name = name
      self.role = role
      self.tensor = tensor
    }
  }

  package var parameters: [Parameter]

  package init(_ parameters: [Parameter] = []) {
    self.parameters = parameters
  }

  /// Adds a parameter, whose role follows from its name and shape.
  package mutating func append(_ name: String, _ tensor: Tensor) {
    let role = Role(ofName: name, dimensions: tensor.shape.count)
    parameters.append(Parameter(name: name, role: role, tensor: tensor))
  }

  /// Scales the tensor that was added last.
  mutating func scaleLast(by factor: Float) {
    guard let last = parameters.indices.last else { return }
    parameters[last].tensor = parameters[last].tensor.scaled(by: factor)
  }

  /// The tensors of a mapper's file, to train on from there.
  ///
  /// - Throws: `ModelFileError` where a tensor is not of a floating-point type.
  package init(file: any TensorSource) throws(ModelFileError) {
    parameters = []
    for name in file.tensorNames {
      guard let stored = file.tensor(named: name) else { continue }
      append(name, try WeightReader(file).float32(name, shape: stored.shape))
    }
  }

  /// How many numbers are trained.
  package var trainedCount: Int {
    parameters.lazy.filter(\.role.isTrained).reduce(0) { $0 + $1.tensor.count }
  }
}

/// A parameter set as a file that a mapper can be made from. Its trained tensors are on a tape.
package struct TapedParameters: TensorSource {
  package let path = "the mapper in training"
  package let tensorNames: [String]
  /// The nodes of the tensors, in the order of the set; `nil` for constants.
  package let nodes: [GradientNode?]
  private let places: [String: Int]
  private let tensors: [StoredTensor]

  /// - Parameter tape: `nil` records nothing.
  package init(_ set: ParameterSet, tape: GradientTape?) {
    tensorNames = set.parameters.map(\.name)
    tensors = set.parameters.map(\.tensor.stored)
    nodes = set.parameters.map { $0.role.isTrained ? tape?.node(shape: $0.tensor.shape) : nil }
    places = Dictionary(uniqueKeysWithValues: zip(tensorNames, tensorNames.indices))
  }

  package func tensor(named name: String) -> StoredTensor? { places[name].map { tensors[$0] } }

  package func gradientNode(ofTensor name: String) -> GradientNode? { places[name].flatMap { nodes[$0] } }

  /// The gradients, in the order of the set; zeros where none arrived, `nil` for constants.
  package func gradients() -> [Tensor?] {
    nodes.map { node in node.map { $0.gradient ?? Tensor(zeros: $0.shape) } }
  }
}
