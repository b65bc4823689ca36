import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Linear mapper")
struct LinearMapperTests {
  private let fixture: MapperFixture

  init() throws { fixture = try MapperFixture(.linear) }

  @Test("prefix and the gradient of every parameter equal PyTorch's")
  func parity() throws {
    // PyTorch's own float32 is off by 7.0e-8 and 1.1e-7 (SCHEMA.md); sums run in another order here.
    try fixture.compare(prefixTolerance: 1e-6, gradientTolerance: 1e-6)
  }

  @Test("the prefix of two features' middle is the middle of their prefixes")
  func affine() throws {
    let mapper = try fixture.mapper()
    let features = try fixture.reference("features")
    let (a, b) = (features[0], features[1])
    let middle = Tensor(zip(a.values, b.values).map { ($0 + $1) / 2 }, shape: [1] + a.shape)
    let prefixes = mapper.keysValues(features, dropout: .none).value
    let expected = Tensor(
      zip(prefixes[0].values, prefixes[1].values).map { ($0 + $1) / 2 }, shape: [1] + mapper.prefixShape.dimensions)
    // Sums of 30 and 8 products, whose terms are as large as the numbers of the prefix.
    #expect(mapper.keysValues(middle, dropout: .none).value.relativeDistance(to: expected) < 1e-6)
  }

  @Test("a map of another number of pooled features is refused")
  func wrongGroups() {
    #expect(
      throws: ModelFileError.unexpectedShape(
        path: "memory", key: "expand.weight", expected: [24, 20], found: [24, 30])
    ) { try fixture.mapper(tokenGroups: [5, 1]) }
  }
}
