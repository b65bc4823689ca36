import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("Llama configuration from GGUF")
struct LlamaConfigurationGGUFTests {
  private static func sound() -> [String: Bytes] {
    let integers: [(String, UInt32)] = [
      ("llama.embedding_length", 16), ("llama.feed_forward_length", 24), ("llama.block_count", 2),
      ("llama.attention.head_count", 4), ("llama.attention.head_count_kv", 2), ("llama.context_length", 128),
      ("llama.rope.dimension_count", 4), ("tokenizer.ggml.bos_token_id", 1), ("tokenizer.ggml.eos_token_id", 2),
    ]
    var pairs = Dictionary(uniqueKeysWithValues: integers.map { ($0, GGUFBytes.uint32($0, $1)) })
    pairs["general.architecture"] = GGUFBytes.text("general.architecture", "llama")
    pairs["llama.rope.freq_base"] = GGUFBytes.float32("llama.rope.freq_base", 50_000)
    let epsilon = "llama.attention.layer_norm_rms_epsilon"
    pairs[epsilon] = GGUFBytes.float32(epsilon, 0.5)
    pairs["tokenizer.ggml.tokens"] = GGUFBytes.texts("tokenizer.ggml.tokens", ["a", "b", "c"])
    return pairs
  }

  private static let embedding = GGUFBytes.tensor("token_embd.weight", [16, 3])

  /// A file with some pairs replaced, or left out where they are `nil`.
  private static func file(_ changes: [String: Bytes?] = [:], tensors: [Bytes] = [embedding]) -> Bytes {
    var pairs = sound()
    for (key, pair) in changes { pairs[key] = pair }
    return GGUFBytes(pairs: Array(pairs.values), tensors: tensors, data: Array(repeating: 0, count: 512)).file
  }

  private func configuration(_ file: Bytes) throws -> LlamaConfiguration {
    try file.withFile { try LlamaConfiguration(GGUFFile(path: $0)) }
  }

  @Test("Metadata and tensors give the whole configuration")
  func whole() throws {
    let expected = LlamaConfiguration(
      vocabularySize: 3, hiddenSize: 16, intermediateSize: 24, layers: 2, attentionHeads: 4, keyValueHeads: 2,
      headDimension: 4, rmsNormEpsilon: 0.5, ropeTheta: 50_000, tiesWordEmbeddings: true, maximumPositions: 128,
      beginningOfSequenceToken: 1, endOfSequenceTokens: [2])
    #expect(try configuration(Self.file()) == expected)
  }

  @Test("A head of its own, a missing rotary base and padding of the embedding are recognised")
  func forms() throws {
    let untied = try configuration(
      Self.file(tensors: [Self.embedding, GGUFBytes.tensor("output.weight", [16, 3], offset: 192)]))
    #expect(!untied.tiesWordEmbeddings)
    #expect(try configuration(Self.file(["llama.rope.freq_base": nil])).ropeTheta == 10_000)
    let padded = try configuration(Self.file(tensors: [GGUFBytes.tensor("token_embd.weight", [16, 8])]))
    #expect(padded.vocabularySize == 8)
    #expect(try configuration(Self.file(tensors: [])).vocabularySize == 3)
  }

  static let invalidPairs: [(String, Bytes)] = [
    ("general.architecture", GGUFBytes.text("general.architecture", "gpt2")),
    ("llama.embedding_length", GGUFBytes.uint32("llama.embedding_length", 0)),
    ("llama.embedding_length", GGUFBytes.uint32("llama.embedding_length", .max)),
    ("llama.embedding_length", GGUFBytes.text("llama.embedding_length", "16")),
    ("llama.block_count", GGUFBytes.uint32("llama.block_count", .max)),
    ("llama.attention.head_count", GGUFBytes.uint32("llama.attention.head_count", 0)),
    ("llama.attention.head_count_kv", GGUFBytes.uint32("llama.attention.head_count_kv", 0)),
    ("llama.attention.key_length", GGUFBytes.uint32("llama.attention.key_length", 5)),
    ("llama.attention.value_length", GGUFBytes.uint32("llama.attention.value_length", 8)),
    ("llama.rope.dimension_count", GGUFBytes.uint32("llama.rope.dimension_count", 2)),
    ("llama.rope.freq_base", GGUFBytes.float32("llama.rope.freq_base", .nan)),
    ("llama.rope.freq_base", GGUFBytes.float32("llama.rope.freq_base", .infinity)),
    ("llama.rope.scaling.type", GGUFBytes.text("llama.rope.scaling.type", "yarn")),
    ("llama.expert_count", GGUFBytes.uint32("llama.expert_count", 8)),
    ("tokenizer.ggml.bos_token_id", GGUFBytes.uint32("tokenizer.ggml.bos_token_id", 3)),
    ("tokenizer.ggml.eos_token_id", GGUFBytes.uint32("tokenizer.ggml.eos_token_id", .max)),
    ("tokenizer.ggml.tokens", GGUFBytes.texts("tokenizer.ggml.tokens", ["a", "b", "c", "d"])),
  ]

  @Test("A value out of bounds or not supported is an error that names its key", arguments: invalidPairs)
  func invalid(key: String, pair: Bytes) throws {
    // An odd head dimension is refused where the rotated part is as large.
    let changes: [String: Bytes?] =
      key == "llama.attention.key_length" ? [key: pair, "llama.rope.dimension_count": nil] : [key: pair]
    try Self.file(changes).withFile { path in
      let error = #expect(throws: ModelFileError.self) { try LlamaConfiguration(GGUFFile(path: path)) }
      guard case .invalidValue(path, key, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("Divisors of rotary frequencies that are zero, and a misshapen embedding, are refused")
  func tensors() throws {
    let scaled = Self.file(tensors: [Self.embedding, GGUFBytes.tensor("rope_freqs.weight", [2], offset: 192)])
    let error = #expect(throws: ModelFileError.self) { try configuration(scaled) }
    #expect(error?.description.contains("rope_freqs.weight") == true)
    #expect(throws: ModelFileError.self) {
      try configuration(Self.file(tensors: [GGUFBytes.tensor("token_embd.weight", [8, 3])]))
    }
  }
}
