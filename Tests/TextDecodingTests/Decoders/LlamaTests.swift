import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Llama")
struct LlamaTests {
  private static func path(_ name: String) -> String { Fixture.url(name).path(percentEncoded: false) }

  private static func huggingFace(_ suite: String = "llama-tiny") throws -> TransformerDecoder {
    let configuration = try LlamaConfiguration(jsonFile: path("\(suite)/config.json"))
    let weights = WeightReader(try openWeights(directory: path(suite)))
    return try TransformerDecoder(llama: configuration, weights: weights, names: .huggingFace)
  }

  private static func gguf(_ file: String) throws -> TransformerDecoder {
    let file = try GGUFFile(path: path(file))
    return try TransformerDecoder(llama: LlamaConfiguration(file), weights: WeightReader(file), names: .gguf)
  }

  /// Logits of every token, `[rows, tokens, vocabulary]`.
  private func logits(_ model: TransformerDecoder, _ ids: [[Int]], prefixes: [Prefix?]? = nil) throws -> Tensor {
    var cache = try model.cache(prefixes: prefixes ?? ids.map { _ in nil })
    let hidden = try model.hiddenStates(ids, cache: &cache)
    return model.logits(hidden).reshaped([ids.count, ids[0].count, model.vocabularySize])
  }

  private func inputs(_ reference: Reference) throws -> [[Int]] {
    let ids = try reference.integers("input_ids")
    return (0..<3).map { Array(ids[$0 * 7..<($0 + 1) * 7]) }
  }

  private func prefixes(_ reference: Reference, lengths: [Int] = [5, 5, 5]) throws -> [Prefix] {
    let all = try reference("prefix")
    return lengths.enumerated().map { row, length in
      let full = all[row].values
      // The first `length` of 5 positions of each head.
      let values = (0..<12).flatMap { (head: Int) -> ArraySlice<Float> in full[(head * 80)...].prefix(length * 16) }
      return Prefix(keysValues: Tensor(values, shape: [3, 2, 2, length, 16]))
    }
  }

  // The references are float64; PyTorch's float32 differs by up to 1e-5 and sums in another order than ours.
  private static let tolerance: Float = 5e-5

  @Test("logits from Hugging Face weights equal the reference")
  func huggingFaceParity() throws {
    let reference = try Reference("llama-tiny/reference.safetensors")
    let found = try logits(Self.huggingFace(), inputs(reference))
    #expect(found.distance(to: try reference("logits")) < Self.tolerance)
  }

  @Test("logits after a prefix equal the reference, text positions starting behind it")
  func prefixParity() throws {
    let reference = try Reference("llama-tiny/reference.safetensors")
    let found = try logits(Self.huggingFace(), inputs(reference), prefixes: prefixes(reference))
    #expect(found.distance(to: try reference("logits_after_prefix")) < Self.tolerance)
  }

  @Test("rows of one batch start from prefixes of different lengths as if each were alone")
  func raggedPrefixes() throws {
    let reference = try Reference("llama-tiny/reference.safetensors")
    let lengths = try reference.integers("ragged_lengths")
    let found = try logits(Self.huggingFace(), inputs(reference), prefixes: prefixes(reference, lengths: lengths))
    #expect(found.distance(to: try reference("logits_ragged")) < Self.tolerance)
  }

  @Test(
    "logits from GGUF weights equal the reference on the same dequantised weights",
    arguments: ["f32", "f16", "q8_0", "q4_1"])
  func ggufParity(type: String) throws {
    let reference = try Reference("llama-tiny/reference.safetensors")
    let model = try Self.gguf("llama-tiny/model-\(type).gguf")
    let ids = try inputs(reference)
    #expect(try logits(model, ids).distance(to: reference("logits_\(type)")) < Self.tolerance)
    let afterPrefix = try logits(model, ids, prefixes: prefixes(reference))
    #expect(try afterPrefix.distance(to: reference("logits_after_prefix_\(type)")) < Self.tolerance)
  }

  @Test("an untied head is used where the file has one")
  func untiedHead() throws {
    let reference = try Reference("llama-tiny-untied/reference.safetensors")
    let found = try logits(Self.huggingFace("llama-tiny-untied"), inputs(reference))
    #expect(found.distance(to: try reference("logits")) < Self.tolerance)
  }

  @Test("tokens fed one by one give the logits of all at once", arguments: ["f32", "q4_1"])
  func incremental(type: String) throws {
    let reference = try Reference("llama-tiny/reference.safetensors")
    let model = try Self.gguf("llama-tiny/model-\(type).gguf")
    let ids = try inputs(reference)
    let atOnce = try logits(model, ids, prefixes: prefixes(reference))
    var cache = try model.cache(prefixes: prefixes(reference))
    for position in 0..<7 {
      let step = try model.lastLogits(ids.map { [$0[position]] }, cache: &cache)
      for row in 0..<3 {
        #expect(step[row].distance(to: atOnce[row][position]) < Self.tolerance)
      }
    }
  }

  @Test("lists of different lengths in one call give each row's own last logits")
  func raggedTokens() throws {
    let reference = try Reference("llama-tiny/reference.safetensors")
    let model = try Self.huggingFace()
    let ids = try inputs(reference)
    let expected = try reference("logits")
    var cache = try model.cache(prefixes: [nil, nil, nil])
    let found = try model.lastLogits([Array(ids[0][..<2]), ids[1], Array(ids[2][..<5])], cache: &cache)
    for (row, position) in [(0, 1), (1, 6), (2, 4)] {
      #expect(found[row].distance(to: expected[row][position]) < Self.tolerance)
    }
  }

  @Test("rows can be repeated, reordered and dropped, and then grow apart")
  func selectedRows() throws {
    let reference = try Reference("llama-tiny/reference.safetensors")
    let model = try Self.huggingFace()
    let ids = try inputs(reference)
    let expected = try reference("logits")
    var cache = try model.cache(prefixes: [nil, nil, nil])
    _ = try model.lastLogits(ids.map { Array($0[..<3]) }, cache: &cache)
    cache.select(rows: [2, 0, 2])
    // The second copy of row 2 takes another way; the first must not notice.
    let found = try model.lastLogits([[ids[2][3]], [ids[0][3]], [ids[0][3]]], cache: &cache)
    #expect(found[0].distance(to: expected[2][3]) < Self.tolerance)
    #expect(found[1].distance(to: expected[0][3]) < Self.tolerance)
    #expect(found[2].distance(to: expected[2][3]) > 0.01)
    let further = try model.lastLogits([[ids[2][4]], [ids[0][4]], [ids[0][4]]], cache: &cache)
    #expect(further[0].distance(to: expected[2][4]) < Self.tolerance)
    #expect(further[1].distance(to: expected[0][4]) < Self.tolerance)
  }

  @Test("a row outgrows its first memory without losing its past")
  func growth() throws {
    let model = try Self.huggingFace()
    let ids = (0..<100).map { $0 * 7 % 160 }
    var atOnce = try model.cache(prefixes: [nil])
    let expected = try model.lastLogits([ids], cache: &atOnce)
    var stepwise = try model.cache(prefixes: [nil])
    var found = expected
    for id in ids { found = try model.lastLogits([[id]], cache: &stepwise) }
    #expect(found.distance(to: expected) < Self.tolerance)
  }

  @Test("a prefix of another decoder's shape is refused")
  func foreignPrefix() throws {
    let prefix = Prefix(keysValues: Tensor(zeros: [3, 2, 3, 4, 16]))
    #expect(throws: DecodingError.self) { try Self.huggingFace().cache(prefixes: [prefix]) }
  }

  @Test("a token outside of the vocabulary is refused and the cache left as it was", arguments: [-1, 160])
  func foreignToken(token: Int) throws {
    let model = try Self.huggingFace()
    var cache = try model.cache(prefixes: [nil])
    #expect(throws: DecodingError.tokenOutOfRange(token: token, vocabularySize: 160)) {
      try model.hiddenStates([[1, token]], cache: &cache)
    }
    #expect(cache.length(ofRow: 0) == 0)
  }

  @Test("more positions than the model knows are refused")
  func fullContext() throws {
    let model = try Self.huggingFace()
    let limit = model.maximumPositions
    var cache = try model.cache(prefixes: [nil])
    #expect(throws: DecodingError.contextFull(length: limit + 1, limit: limit)) {
      try model.hiddenStates([Array(repeating: 1, count: limit + 1)], cache: &cache)
    }
  }
}
