import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing

/// Mappers whose attention normalises the heads of queries and keys.
@Suite("Mappers with normalised heads")
struct NormedHeadsTests {
  private static let families: [MapperFamily] = [.resampler, .transformer]

  @Test("prefix and the gradient of every parameter equal PyTorch's", arguments: families)
  func parity(family: MapperFamily) throws {
    // PyTorch's own float32 is off by up to 1.4e-7 and 1.8e-6 (SCHEMA.md); sums run in another order here.
    try MapperFixture(family, .normedHeads).compare(prefixTolerance: 2e-6, gradientTolerance: 8e-6)
  }

  @Test("a file with the norm of keys or of queries alone is refused", arguments: ["q_norm", "k_norm"])
  func half(name: String) throws {
    let fixture = try MapperFixture(.resampler, .normedHeads)
    let key = "bl.1.ca.\(name).weight"
    #expect(throws: ModelFileError.missingTensor(path: "memory", key: key, expectedShape: [4])) {
      try fixture.mapper(changing: [key: nil])
    }
  }

  @Test("how large the matrices of queries and keys are makes no difference")
  func scale() throws {
    let fixture = try MapperFixture(.resampler, .normedHeads)
    let changes = try ["weight", "bias"].map { part in
      let key = "bl.0.ca.in_proj_\(part)"
      let tensor = try fixture.reference(key)
      var values = tensor.values
      // Queries and keys are the first two thirds.
      for index in 0..<values.count * 2 / 3 { values[index] *= 1000 }
      return (key, Tensor?.some(Tensor(values, shape: tensor.shape)))
    }
    let enlarged = try fixture.mapper(changing: Dictionary(uniqueKeysWithValues: changes))
    let prefix = enlarged.keysValues(try fixture.reference("features"), dropout: .none).value
    // Epsilon and rounding remain.
    #expect(prefix.relativeDistance(to: try fixture.reference("prefix")) < 1e-4)
  }
}
