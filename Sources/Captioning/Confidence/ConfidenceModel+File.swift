package import ModelFiles
import Tensors

extension ConfidenceModel {
  /// The name of the file beside `captioner.json`.
  package static let fileName = "confidence.safetensors"
  private static let format = "caption confidence"
  private static let formatVersion = "1"

  /// Reads a file that `write` wrote. For vector N there are `vector.N.mean`, `.deviation`, `.discriminant` `[width]`,
  /// `.components` `[rank, width]`, `.variances` `[rank]` and `.scalars` `[5]`; besides `photo.threshold` `[1]`,
  /// `correctness.mean`, `.deviation`, `.weights` `[6]` and `.bias` `[1]`.
  ///
  /// - Throws: `ModelFileError`.
  package init(path: String) throws(ModelFileError) {
    let file = try SafetensorsFile(path: path)
    guard let format = file.metadata["format"], format == Self.format else {
      throw .missingValue(path: path, key: "format = \(Self.format)")
    }
    let version = file.metadata["formatVersion"] ?? "none"
    guard version == Self.formatVersion else {
      throw .invalidValue(
        path: path, key: "formatVersion",
        problem: "\(version) is not known, only \(Self.formatVersion): use a newer caption")
    }
    let reader = WeightReader(file)
    distributions = []
    while let mean = file.tensor(named: "vector.\(distributions.count).mean"), mean.shape.count == 1 {
      let scope = reader.scoped("vector.\(distributions.count)")
      let rank = file.tensor(named: scope.fullKey("variances"))?.shape.first ?? 0
      distributions.append(try FeatureDistribution(scope, width: mean.shape[0], rank: rank))
    }
    if distributions.isEmpty { throw .missingTensor(path: path, key: "vector.0.mean", expectedShape: [0]) }
    photoThreshold = Double(try reader.float32("photo.threshold", shape: [1]).values[0])
    correctness = try LogisticRegression(reader.scoped("correctness"), width: Self.numberCount)
  }

  /// Writes the model in one step: vectors as halves, to which they are already rounded.
  ///
  /// - Throws: `ModelFileError`.
  package func write(to path: String) throws(ModelFileError) {
    var tensors: [(name: String, tensor: StoredTensor)] = [
      ("photo.threshold", Tensor([Float(photoThreshold)], shape: [1]).stored)
    ]
    for (name, values) in [
      ("mean", correctness.mean), ("deviation", correctness.deviation), ("weights", correctness.weights),
      ("bias", [correctness.bias]),
    ] { tensors.append(("correctness.\(name)", Tensor(values, shape: [values.count]).stored)) }
    for (index, distribution) in distributions.enumerated() {
      tensors += distribution.tensors.map { ("vector.\(index).\($0.name)", $0.tensor) }
    }
    try SafetensorsWriter.write(
      tensors, metadata: ["format": Self.format, "formatVersion": Self.formatVersion], to: path)
  }
}

extension FeatureDistribution {
  fileprivate init(_ reader: WeightReader, width: Int, rank: Int) throws(ModelFileError) {
    let scalars = try reader.float32("scalars", shape: [5]).values
    mean = try reader.float32("mean", shape: [width]).values
    deviation = try reader.float32("deviation", shape: [width]).values
    components = try reader.float32("components", shape: [rank, width]).values
    variances = try reader.float32("variances", shape: [rank]).values
    discriminant =
      reader.contains("discriminant") ? try reader.float32("discriminant", shape: [width]).values : []
    residualVariance = scalars[0]
    (noveltyMean, noveltyDeviation) = (scalars[1], scalars[2])
    (discriminantScale, discriminantOffset) = (scalars[3], scalars[4])
    guard (deviation + variances + [residualVariance, noveltyDeviation]).allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .invalidValue(path: reader.path, key: reader.fullKey("deviation"), problem: "must be above 0")
    }
  }

  fileprivate var tensors: [(name: String, tensor: StoredTensor)] {
    let scalars = [residualVariance, noveltyMean, noveltyDeviation, discriminantScale, discriminantOffset]
    var tensors: [(name: String, tensor: StoredTensor)] = [
      ("mean", Tensor(mean, shape: [width]).storedAsHalf),
      ("deviation", Tensor(deviation, shape: [width]).storedAsHalf),
      ("components", Tensor(components, shape: [rank, width]).storedAsHalf),
      ("variances", Tensor(variances, shape: [rank]).stored),
      ("scalars", Tensor(scalars, shape: [scalars.count]).stored),
    ]
    if !discriminant.isEmpty { tensors.append(("discriminant", Tensor(discriminant, shape: [width]).storedAsHalf)) }
    return tensors
  }
}

extension LogisticRegression {
  fileprivate init(_ reader: WeightReader, width: Int) throws(ModelFileError) {
    mean = try reader.float32("mean", shape: [width]).values
    deviation = try reader.float32("deviation", shape: [width]).values
    weights = try reader.float32("weights", shape: [width]).values
    bias = try reader.float32("bias", shape: [1]).values[0]
    guard deviation.allSatisfy({ $0 > 0 }) else {
      throw .invalidValue(path: reader.path, key: reader.fullKey("deviation"), problem: "must be above 0")
    }
  }
}
