import Foundation
import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Static mapper")
struct StaticMapperTests {
  private static func fresh(reparameterization: Int?) -> ParameterSet {
    var generator = Xoshiro256PlusPlus(seed: 5)
    let settings = MapperSettings(
      features: FeatureLayout(tokens: [6], width: 10), mean: Tensor(zeros: [6, 10]), deviation: Tensor(zeros: [6, 10]),
      base: .random([3, 2, 2, 4, 16], seed: 2), width: 8, depth: 1, heads: 1, reparameterization: reparameterization)
    var set = MapperFamily.static.freshParameters(settings, &generator)
    // As if it had been trained: what the network adds is as large as the base.
    for index in set.parameters.indices where set.parameters[index].name == "out.weight" {
      set.parameters[index].tensor = set.parameters[index].tensor.scaled(by: 100)
    }
    return set
  }

  private static func mapper(_ set: ParameterSet) throws -> any PrefixMapper {
    try MapperFamily.static.prefixMapper(TapedParameters(set, tape: nil), 1, [])
  }

  private static func decoder() throws -> TransformerDecoder {
    let path = Fixture.url("llama-tiny").path(percentEncoded: false)
    return try DecoderFamily(path: path).open(path: path)
  }

  @Test("every item of a batch has the same prefix, whatever its features", arguments: [nil, 12])
  func ignoresFeatures(reparameterization: Int?) throws {
    let mapper = try Self.mapper(Self.fresh(reparameterization: reparameterization))
    #expect(mapper.featureShape == nil)
    let prefixes = mapper.prefixes(.random([2, 6, 10], seed: 1)) + mapper.prefixes(Tensor(zeros: [1, 0, 0]))
    #expect(prefixes.count == 3)
    for prefix in prefixes { #expect(prefix.keysValues.values == prefixes[0].keysValues.values) }
  }

  @Test("what is finished holds the keys and values alone")
  func finished() throws {
    let set = try MapperFamily.static.finished(Self.fresh(reparameterization: 12))
    #expect(set.parameters.map(\.name) == ["base"])
    #expect(set.parameters[0].tensor.shape == [3, 2, 2, 4, 16])
    let direct = Self.fresh(reparameterization: nil)
    let kept = try MapperFamily.static.finished(direct)
    #expect(kept.parameters[0].tensor.values == direct.parameters[0].tensor.values)
  }

  @Test("the network that is discarded and the file that is kept give the same logits, to the bit")
  func sameLogits() throws {
    let trained = Self.fresh(reparameterization: 12)
    let file = FileManager.default.temporaryDirectory.appending(path: "static-\(UUID()).safetensors").path()
    defer { try? FileManager.default.removeItem(atPath: file) }
    let finished = try MapperFamily.static.finished(trained)
    try SafetensorsWriter.write(finished.parameters.map { ($0.name, $0.tensor.stored) }, to: file)
    let (network, kept) = (
      try Self.mapper(trained), try MapperFamily.static.prefixMapper(SafetensorsFile(path: file), 1, [])
    )
    let decoder = try Self.decoder()
    func logits(_ mapper: any PrefixMapper) throws -> Tensor {
      var cache = try decoder.cache(prefixes: mapper.prefixes(Tensor(zeros: [1, 0, 0])))
      return decoder.logits(try decoder.hiddenStates([[3, 17, 90, 41]], cache: &cache))
    }
    let (a, b) = (try logits(network), try logits(kept))
    #expect(a.values == b.values)
    // And the network matters: without it, the base alone says something else.
    let base = try #require(trained.parameters.first { $0.name == "base" })
    let alone = try Self.mapper(ParameterSet([base]))
    #expect(try logits(alone).distance(to: a) > 0.01)
  }

  @Test("a file with a part of the network alone is refused", arguments: ["embedding", "out.weight", "hidden.bias"])
  func incomplete(name: String) {
    var set = Self.fresh(reparameterization: 12)
    set.parameters.removeAll { $0.name == name }
    #expect(throws: ModelFileError.self) { try Self.mapper(set) }
  }
}
