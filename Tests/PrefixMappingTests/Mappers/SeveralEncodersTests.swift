import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

/// Mappers over the features of two encoders: tokens of 10 and of 14 numbers.
@Suite("Mappers of several encoders")
struct SeveralEncodersTests {
  @Test("prefix and the gradient of every parameter equal PyTorch's", arguments: MapperFamily.ofImages)
  func parity(family: MapperFamily) throws {
    // PyTorch's own float32 is off by up to 2.9e-7 and 2.1e-6 (SCHEMA.md); sums run in another order here.
    try MapperFixture(family, .twoEncoders).compare(prefixTolerance: 2e-6, gradientTolerance: 8e-6)
  }

  private static let layout = FeatureLayout([
    .init(tokens: 4, width: 10), .init(tokens: 1, width: 10), .init(tokens: 2, width: 14), .init(tokens: 1, width: 14),
  ])

  private static func fresh(_ family: MapperFamily) -> ParameterSet {
    var generator = Xoshiro256PlusPlus(seed: 7)
    let settings = MapperSettings(
      features: layout, mean: .random(layout.shape, seed: 1),
      deviation: Tensor(Array(repeating: 0.5, count: layout.count), shape: layout.shape),
      base: .random([2, 2, 1, 3, 4], seed: 2), width: 8, depth: 1, heads: 2)
    return family.freshParameters(settings, &generator)
  }

  @Test("fresh parameters load, and each that is trained gets a gradient", arguments: MapperFamily.ofImages)
  func fresh(family: MapperFamily) throws {
    let (set, tape) = (Self.fresh(family), GradientTape())
    let taped = TapedParameters(set, tape: tape)
    let mapper = try family.prefixMapper(taped, 2, [4, 1, 2, 1])
    #expect(mapper.featureLayout == Self.layout)
    let prefixes = mapper.keysValues(.random([2, Self.layout.count], seed: 3), dropout: .none)
    tape.backward(from: prefixes.contracted(with: .random(prefixes.shape, seed: 4)))
    for (parameter, gradient) in zip(set.parameters, taped.gradients()) {
      #expect(((gradient?.largestMagnitude ?? 0) > 0) == parameter.role.isTrained, "\(parameter.name)")
    }
  }

  @Test("features are standardised by their own group's statistics")
  func statistics() {
    let set = Self.fresh(.linear)
    let names = set.parameters.filter { !$0.role.isTrained }.map(\.name)
    #expect(names == (0..<4).map { "mean.\($0)" } + (0..<4).map { "std.\($0)" })
    let means = set.parameters.prefix(4).flatMap(\.tensor.values)
    #expect(means == Tensor.random(Self.layout.shape, seed: 1).values)
  }

  @Test(
    "groups that are not those of the statistics are refused",
    arguments: [[4, 1, 2], [4, 1, 2, 1, 1], [5, 1, 1, 1], [], [4, 1, 2, -1]])
  func wrongGroups(groups: [Int]) {
    let parameters = TapedParameters(Self.fresh(.resampler), tape: nil)
    #expect(throws: ModelFileError.self) { try MapperFamily.resampler.prefixMapper(parameters, 2, groups) }
  }
}
