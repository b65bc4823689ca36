import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

extension MapperFamily {
  /// Those that make a prefix of every image's own.
  static let ofImages: [MapperFamily] = [.resampler, .transformer, .mlp, .linear]

  func prefixMapper(_ file: any TensorSource, _ heads: Int, _ tokenGroups: [Int]) throws -> any PrefixMapper {
    guard case .prefix(let mapper) = try load(file, heads, tokenGroups) else {
      throw UnexpectedKind(name: name)
    }
    return mapper
  }

  struct UnexpectedKind: Error {
    let name: String
  }
}

/// A mapper of `Fixtures/mappers-tiny`: its parameters, and what PyTorch computes with them.
struct MapperFixture {
  let family: MapperFamily
  /// Of the features; a block is a token group.
  let layout: FeatureLayout
  let reference: Reference
  let tensors: [String: StoredTensor]

  enum Variant: String {
    case plain = ""
    /// Tokens have different widths.
    case twoEncoders = "-two-encoders"
    /// Attention's heads of queries and keys are normalised.
    case normedHeads = "-normed-heads"
  }

  init(_ family: MapperFamily, _ variant: Variant = .plain) throws {
    self.family = family
    layout =
      variant != .twoEncoders
      ? FeatureLayout(tokens: [4, 1, 1], width: 10)
      : FeatureLayout([
        .init(tokens: 4, width: 10), .init(tokens: 1, width: 10), .init(tokens: 2, width: 14),
        .init(tokens: 1, width: 14),
      ])
    reference = try Reference("mappers-tiny/\(family.name)\(variant.rawValue).safetensors")
    var tensors: [String: StoredTensor] = [:]
    for name in reference.names where !name.hasPrefix("grad_") && !["features", "prefix"].contains(name) {
      tensors[name] = try reference.stored(name)
    }
    self.tensors = tensors
  }

  private var constants: Set<String> {
    Set(tensors.keys.filter { $0.hasPrefix("mean") || $0.hasPrefix("std") })
  }

  func mapper(
    heads: Int = 2, tokenGroups: [Int]? = nil, changing: [String: Tensor?] = [:]
  ) throws -> any PrefixMapper {
    var tensors = tensors
    for (name, tensor) in changing { tensors[name] = tensor?.stored }
    return try family.prefixMapper(MemoryTensors(tensors), heads, tokenGroups ?? layout.blocks.map(\.tokens))
  }

  /// Compares the prefix and the gradient of every parameter.
  ///
  /// - Parameters: the largest differences, as shares of a tensor's largest value.
  func compare(prefixTolerance: Float, gradientTolerance: Float, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let tape = GradientTape()
    let source = MemoryTensors(tensors, tape: tape, frozen: constants)
    let mapper = try family.prefixMapper(source, 2, layout.blocks.map(\.tokens))
    #expect(mapper.featureLayout == layout, sourceLocation: sourceLocation)
    #expect(mapper.prefixShape.dimensions == [2, 2, 1, 3, 4], sourceLocation: sourceLocation)
    let features = try reference("features")
    let taped = mapper.keysValues(features, dropout: .none)
    tape.backward(from: taped.contracted(with: try reference("grad_prefix")))
    let expected = try reference("prefix")
    #expect(taped.value.relativeDistance(to: expected) < prefixTolerance, sourceLocation: sourceLocation)
    // Constants are computed with apart: some operations then go another way.
    let frozen = try self.mapper().keysValues(features, dropout: .none)
    #expect(frozen.node == nil, sourceLocation: sourceLocation)
    #expect(frozen.value.relativeDistance(to: expected) < prefixTolerance, sourceLocation: sourceLocation)
    for name in tensors.keys.sorted() where !constants.contains(name) {
      let gradient = try #require(source.gradient(of: name), "\(name)", sourceLocation: sourceLocation)
      let distance = gradient.relativeDistance(to: try reference("grad_\(name)"))
      #expect(distance < gradientTolerance, "\(name)", sourceLocation: sourceLocation)
    }
  }
}
