import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("MLP mapper")
struct MLPMapperTests {
  private let fixture: MapperFixture

  init() throws { fixture = try MapperFixture(.mlp) }

  @Test("prefix and the gradient of every parameter equal PyTorch's")
  func parity() throws {
    // PyTorch's own float32 is off by 1.0e-7 and 3.1e-7 (SCHEMA.md); sums run in another order here.
    try fixture.compare(prefixTolerance: 1e-6, gradientTolerance: 2e-6)
  }

  @Test("a file without hidden layers is refused")
  func noHiddenLayers() {
    let error = #expect(throws: ModelFileError.self) {
      var changes: [String: Tensor?] = [:]
      for name in fixture.tensors.keys where name.hasPrefix("hidden.") { changes.updateValue(nil, forKey: name) }
      _ = try fixture.mapper(changing: changes)
    }
    #expect(error == .missingTensor(path: "memory", key: "hidden.0.weight", expectedShape: [8, 30]))
  }

  @Test("a last layer that does not serve the base's positions is refused")
  func wrongLength() {
    #expect(
      throws: ModelFileError.unexpectedShape(path: "memory", key: "expand.weight", expected: [24, 8], found: [32, 8])
    ) {
      try fixture.mapper(changing: ["expand.weight": Tensor(zeros: [32, 8])])
    }
  }
}
