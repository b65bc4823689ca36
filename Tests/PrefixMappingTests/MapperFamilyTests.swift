import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

/// What every family promises.
@Suite("Mapper families")
struct MapperFamilyTests {
  private static let tokenGroups = [4, 1, 1]

  private static func settings(width: Int = 8, depth: Int = 2) -> MapperSettings {
    MapperSettings(
      features: FeatureLayout(tokens: tokenGroups, width: 10), mean: .random([6, 10], seed: 1),
      deviation: Tensor(Array(repeating: 0.5, count: 60), shape: [6, 10]), base: .random([2, 2, 1, 3, 4], seed: 2),
      width: width, depth: depth, heads: 2)
  }

  private static func fresh(_ family: MapperFamily, width: Int = 8, depth: Int = 2) -> ParameterSet {
    var generator = Xoshiro256PlusPlus(seed: 7)
    return family.freshParameters(settings(width: width, depth: depth), &generator)
  }

  @Test("each is found by its name")
  func names() {
    #expect(
      MapperFamily.names == [
        "resampler", "transformer", "mlp", "linear", "static", "soft-prompt", "clipcap-mlp", "clipcap-transformer",
      ])
    for family in MapperFamily.all { #expect(MapperFamily.named(family.name)?.summary == family.summary) }
    #expect(MapperFamily.named("mlp2") == nil)
  }

  @Test("fresh parameters load, of any depth, and map features to prefixes", arguments: MapperFamily.ofImages, [1, 3])
  func load(family: MapperFamily, depth: Int) throws {
    let parameters = TapedParameters(Self.fresh(family, depth: depth), tape: nil)
    let mapper = try family.prefixMapper(parameters, 2, Self.tokenGroups)
    #expect(mapper.featureShape == [6, 10])
    let prefixes = mapper.prefixes(.random([5, 6, 10], seed: 3))
    #expect(prefixes.count == 5)
    #expect(prefixes.allSatisfy { $0.keysValues.shape == [2, 2, 1, 3, 4] })
  }

  @Test("fresh parameters are all read: each that is trained gets a gradient", arguments: MapperFamily.ofImages)
  func allRead(family: MapperFamily) throws {
    let (set, tape) = (Self.fresh(family), GradientTape())
    let taped = TapedParameters(set, tape: tape)
    let prefixes = try family.prefixMapper(taped, 2, Self.tokenGroups).keysValues(
      .random([2, 6, 10], seed: 3), dropout: .none)
    tape.backward(from: prefixes.contracted(with: .random(prefixes.shape, seed: 4)))
    for (parameter, gradient) in zip(set.parameters, taped.gradients()) {
      #expect(((gradient?.largestMagnitude ?? 0) > 0) == parameter.role.isTrained, "\(parameter.name)")
    }
  }

  @Test("a fresh mapper's prefixes are near the base, and differ between images", arguments: MapperFamily.ofImages)
  func nearBase(family: MapperFamily) throws {
    let width = 64
    let set = Self.fresh(family, width: width)
    let base = Self.settings().base
    let mapper = try family.prefixMapper(TapedParameters(set, tape: nil), 2, Self.tokenGroups)
    let prefixes = mapper.prefixes(.random([2, 6, 10], seed: 3)).map(\.keysValues)
    // Hidden states have a deviation of about 2 at most (features within ±2 after a mean within ±2, over 0.5, pooled and
    // projected), so that what is added has one of 0.005 · √64 · 2 = 0.08; six times that leaves nothing to chance.
    for prefix in prefixes { #expect(prefix.distance(to: base) < 0.5) }
    #expect(prefixes[0].distance(to: prefixes[1]) > 1e-4)
  }

  @Test("fresh layers are spread as PyTorch's, outputs small, norms ones and zeros", arguments: MapperFamily.ofImages)
  func spread(family: MapperFamily) {
    for parameter in Self.fresh(family, width: 64).parameters where parameter.role.isTrained && parameter.name != "base"
    {
      let (name, values) = (parameter.name, parameter.tensor.values.map(Double.init))
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
      let inputs = Double(parameter.tensor.columns)
      let layer = name.split(separator: ".").dropLast().last ?? ""
      let isNorm = layer.hasPrefix("n") || layer.hasSuffix("_norm")
      let expected: Double
      switch name {
      case _ where isNorm: expected = name.hasSuffix("weight") ? 1 : 0
      case "out.weight": expected = 0.005
      case "pos": expected = 0.02
      case "q", "const": expected = 0.5
      case _ where name.hasSuffix("in_proj_weight"): expected = (6 / (4 * inputs) / 3).squareRoot()
      case _ where name.hasSuffix("in_proj_bias") || name.hasSuffix("out_proj.bias"): expected = 0
      case _ where name.hasSuffix(".bias"): continue
      default: expected = (1 / inputs / 3).squareRoot()
      }
      // The deviation of n numbers is itself off by 1/√(2 n) of it: five times that.
      let tolerance = expected == 1 ? 0 : 5 * expected / (2 * Double(values.count)).squareRoot()
      #expect(abs(deviation - expected) <= tolerance + 1e-12, "\(name): \(deviation), \(expected)")
    }
  }

  @Test("one seed gives the same fresh parameters", arguments: MapperFamily.ofImages)
  func seed(family: MapperFamily) {
    let (a, b) = (Self.fresh(family), Self.fresh(family))
    #expect(a.parameters.map(\.name) == b.parameters.map(\.name))
    #expect(a.parameters.map(\.tensor.values) == b.parameters.map(\.tensor.values))
  }

  @Test("dropout changes the prefix that is trained, the same seed alike", arguments: MapperFamily.ofImages)
  func dropout(family: MapperFamily) throws {
    let mapper = try family.prefixMapper(TapedParameters(Self.fresh(family), tape: nil), 2, Self.tokenGroups)
    func prefix(_ dropout: Dropout) -> Tensor {
      mapper.keysValues(.random([2, 6, 10], seed: 3), dropout: dropout).value
    }
    let dropped = prefix(Dropout(probability: 0.5, seed: 3))
    #expect(dropped.distance(to: prefix(.none)) > 1e-4)
    #expect(prefix(Dropout(probability: 0.5, seed: 3)).values == dropped.values)
    #expect(dropped.distance(to: prefix(Dropout(probability: 0.5, seed: 4))) > 1e-4)
  }

  @Test("an image's prefix does not depend on its batch", arguments: MapperFamily.ofImages)
  func batchIndependence(family: MapperFamily) throws {
    let mapper = try family.prefixMapper(TapedParameters(Self.fresh(family), tape: nil), 2, Self.tokenGroups)
    let features = Tensor.random([3, 6, 10], seed: 3)
    let together = mapper.prefixes(features)
    for index in 0..<3 {
      let alone = mapper.prefixes(features[index].reshaped([1, 6, 10]))
      // Few rows are multiplied one by one and many in tiles, whose sums run in another order.
      #expect(alone[0].keysValues.distance(to: together[index].keysValues) < 5e-6)
    }
  }

  @Test(
    "token groups that do not cover the features are refused", arguments: MapperFamily.ofImages,
    [[4, 1], [], [6, 1], [7, -1], [6, 0]])
  func wrongGroups(family: MapperFamily, groups: [Int]) {
    let parameters = TapedParameters(Self.fresh(family), tape: nil)
    #expect(throws: ModelFileError.self) { try family.prefixMapper(parameters, 2, groups) }
  }

  @Test("a tensor that is missing or misshapen is refused by its name", arguments: MapperFamily.ofImages)
  func malformed(family: MapperFamily) {
    let set = Self.fresh(family, depth: 1)
    for (index, parameter) in set.parameters.enumerated() {
      var missing = set
      missing.parameters.remove(at: index)
      var misshapen = set
      let shape = parameter.tensor.shape
      misshapen.parameters[index].tensor = Tensor(zeros: [shape[0] + 1] + shape.dropFirst())
      for file in [missing, misshapen] {
        #expect(throws: ModelFileError.self, "\(parameter.name)") {
          try family.prefixMapper(TapedParameters(file, tape: nil), 2, Self.tokenGroups)
        }
      }
    }
  }
}
