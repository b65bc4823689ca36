import ModelFiles
import Tensors
import TextDecoding

/// A mapper's last step: the hidden state of each position becomes that position's keys and values in every layer, which are
/// added to a `base` prefix that no image changes.
///
/// One matrix serves all positions. In a file: `out.weight` `[layers · 2 · heads · dimension, d]`, `base`
/// `[layers, 2, heads, length, dimension]`.
struct PrefixOutput: Sendable {
  let shape: Prefix.Shape
  private var out: Linear
  private let base: Variable

  /// - Throws: `ModelFileError` where a tensor is missing, misshapen, or does not agree with the other.
  init(file: any TensorSource) throws(ModelFileError) {
    let weights = WeightReader(file)
    shape = try Prefix.Shape(baseOf: file)
    let outputs = shape.layers * 2 * shape.keyValueHeads * shape.headDimension
    let width = try file.require("out.weight", dimensions: 2).shape[1]
    guard width > 0 else {
      throw .unexpectedShape(path: file.path, key: "out.weight", expected: [outputs, 1], found: [outputs, width])
    }
    out = Linear(weight: try weights.matrixVariable("out.weight", rows: outputs, columns: width))
    base = try weights.variable("base", shape: shape.dimensions)
  }

  /// The width of a position's hidden state.
  var width: Int { out.inputs }

  func prepared(_ plan: MatrixPlan) -> PrefixOutput {
    var prepared = self
    prepared.out = out.prepared(plan)
    return prepared
  }

  /// `[batch, length, d]` → `[batch, layers, 2, heads, length, dimension]`.
  func callAsFunction(_ x: Variable) -> Variable {
    let batch = x.shape[0]
    // `[batch, length, layers · 2 · heads, dimension]` → `[batch, layers · 2 · heads, length, dimension]`.
    let (length, dimension) = (shape.length, shape.headDimension)
    let own = out(x).reshaped([batch, length, out.outputs / dimension, dimension]).swappedMiddleDimensions()
    return own.adding(rowsOf: base).reshaped([batch] + shape.dimensions)
  }
}

extension Prefix.Shape {
  /// The shape of a mapper's `base`.
  ///
  /// - Throws: `ModelFileError` where it is missing or not a prefix.
  init(baseOf file: any TensorSource) throws(ModelFileError) {
    let base = try file.require("base", dimensions: 5).shape
    guard base[1] == 2, base.allSatisfy({ $0 > 0 }) else {
      throw .unexpectedShape(
        path: file.path, key: "base", expected: base.enumerated().map { $0 == 1 ? 2 : max($1, 1) }, found: base)
    }
    self.init(layers: base[0], keyValueHeads: base[2], headDimension: base[4], length: base[3])
  }
}

extension ParameterSet {
  /// Appends the tensors that `PrefixOutput` reads.
  mutating func appendPrefixOutput(_ settings: MapperSettings, using generator: inout Xoshiro256PlusPlus) {
    // Small: at first every image gets nearly the base's prefix, which the decoder can read.
    append("out.weight", .normal([settings.positionSize, settings.width], deviation: 0.005, using: &generator))
    append("base", settings.base)
  }
}
