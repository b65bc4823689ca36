import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Transformer mapper")
struct TransformerMapperTests {
  private let fixture: MapperFixture

  init() throws { fixture = try MapperFixture(.transformer) }

  @Test("prefix and the gradient of every parameter equal PyTorch's")
  func parity() throws {
    // PyTorch's own float32 is off by 3.1e-7 and 9.9e-7 (SCHEMA.md); sums run in another order here.
    try fixture.compare(prefixTolerance: 2e-6, gradientTolerance: 5e-6)
  }

  @Test("a number of heads that does not divide the width is refused", arguments: [0, -1, 3])
  func wrongHeads(heads: Int) {
    #expect(throws: ModelFileError.self) { try fixture.mapper(heads: heads) }
  }

  @Test("a file without blocks is refused")
  func noBlocks() {
    let error = #expect(throws: ModelFileError.self) {
      var changes: [String: Tensor?] = [:]
      for name in fixture.tensors.keys where name.hasPrefix("bl.") { changes.updateValue(nil, forKey: name) }
      _ = try fixture.mapper(changing: changes)
    }
    #expect(error == .missingTensor(path: "memory", key: "bl.0.n1.weight", expectedShape: [8]))
  }

  @Test("constants of another number than the base's positions are refused")
  func wrongLength() {
    #expect(throws: ModelFileError.unexpectedShape(path: "memory", key: "const", expected: [3, 8], found: [4, 8])) {
      try fixture.mapper(changing: ["const": Tensor(zeros: [4, 8])])
    }
  }
}
