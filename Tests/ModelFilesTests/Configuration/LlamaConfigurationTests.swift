import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite("Llama configuration from JSON")
struct LlamaConfigurationTests {
  static let values: [String: String] = [
    "model_type": #""llama""#, "vocab_size": "49152", "hidden_size": "576", "intermediate_size": "1536",
    "num_hidden_layers": "30", "num_attention_heads": "9", "num_key_value_heads": "3", "rms_norm_eps": "1e-05",
    "rope_theta": "100000", "tie_word_embeddings": "true", "max_position_embeddings": "8192", "bos_token_id": "1",
    "eos_token_id": "2", "hidden_act": #""silu""#, "attention_bias": "false", "rope_scaling": "null",
  ]

  private func configuration(_ changes: [String: String?] = [:]) throws -> LlamaConfiguration {
    try JSONText(Self.values, changes).withFile { try LlamaConfiguration(jsonFile: $0) }
  }

  static let expected = LlamaConfiguration(
    vocabularySize: 49_152, hiddenSize: 576, intermediateSize: 1536, layers: 30, attentionHeads: 9, keyValueHeads: 3,
    headDimension: 64, rmsNormEpsilon: 1e-5, ropeTheta: 100_000, tiesWordEmbeddings: true, maximumPositions: 8192,
    beginningOfSequenceToken: 1, endOfSequenceTokens: [2])

  @Test("Hugging Face's file is read whole")
  func whole() throws {
    #expect(try configuration() == Self.expected)
  }

  @Test(
    "The rotary base is also found where newer versions write it",
    arguments: [
      #"{"rope_theta": 5000.0, "rope_type": "default"}"#, #"{"rope_theta": 5000, "partial_rotary_factor": 1.0}"#,
    ])
  func ropeParameters(value: String) throws {
    #expect(try configuration(["rope_theta": nil, "rope_parameters": value]).ropeTheta == 5000)
    #expect(try configuration(["rope_theta": nil]).ropeTheta == 10_000)
  }

  @Test("Head dimension, key/value heads and end tokens may be given in every form")
  func forms() throws {
    #expect(try configuration(["head_dim": "32"]).headDimension == 32)
    #expect(try configuration(["num_key_value_heads": nil]).keyValueHeads == 9)
    #expect(try configuration(["eos_token_id": "[2, 7]"]).endOfSequenceTokens == [2, 7])
    #expect(try configuration(["eos_token_id": "null"]).endOfSequenceTokens == [])
    #expect(try configuration(["bos_token_id": nil]).beginningOfSequenceToken == nil)
    #expect(try configuration(["tie_word_embeddings": nil]).tiesWordEmbeddings == false)
  }

  @Test("Rotary positions may be scaled, by one factor or as Llama 3 does")
  func ropeScaling() throws {
    #expect(try configuration().ropeScaling == .none)
    let linear = try configuration(["rope_scaling": #"{"type": "linear", "factor": 2}"#])
    #expect(linear.ropeScaling == .linear(factor: 2))
    let llama3 = try configuration([
      "rope_scaling": """
      {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
       "original_max_position_embeddings": 8192}
      """
    ])
    #expect(llama3.ropeScaling == .llama3(factor: 32, lowFactor: 1, highFactor: 4, originalPositions: 8192))
  }

  @Test("Each kind has its biases, norms and windows")
  func kinds() throws {
    let llama = try configuration(["attention_bias": "true", "sliding_window": "9"])
    #expect(llama.hasQKVBias && llama.hasOutputBias && llama.windows.isEmpty)
    let mistral = try configuration(["model_type": #""mistral""#, "sliding_window": "9", "num_hidden_layers": "2"])
    #expect(mistral.windows == [9, 9] && !mistral.hasQKVBias)
    #expect(try configuration(["model_type": #""mistral""#, "sliding_window": "null"]).windows.isEmpty)
    let changes = [
      "model_type": #""qwen2""#, "sliding_window": "9", "num_hidden_layers": "3", "max_window_layers": "1",
    ]
    let qwen2 = try configuration(changes)
    #expect(qwen2.hasQKVBias && !qwen2.hasOutputBias && qwen2.windows.isEmpty)
    let windowed = try configuration(changes.merging(["use_sliding_window": "true"]) { $1 })
    #expect(windowed.windows == [nil, 9, 9])
    let listed = try configuration(
      changes.merging([
        "use_sliding_window": "true",
        "layer_types": #"["sliding_attention", "full_attention", "full_attention"]"#,
      ]) { $1 })
    #expect(listed.windows == [9, nil, nil])
    let qwen3 = try configuration(["model_type": #""qwen3""#])
    #expect(qwen3.hasQueryKeyNorm && qwen3.headDimension == 128 && !qwen3.hasQKVBias)
  }

  @Test(
    "A value out of bounds or not supported is an error that names its key",
    arguments: [
      ("vocab_size", "0", "vocab_size"), ("vocab_size", "1000000000", "vocab_size"),
      ("hidden_size", "577", "hidden_size"),
      ("intermediate_size", "-1", "intermediate_size"), ("num_hidden_layers", "100000", "num_hidden_layers"),
      ("num_key_value_heads", "2", "num_attention_heads"), ("num_key_value_heads", "0", "num_key_value_heads"),
      ("head_dim", "63", "head_dim"), ("head_dim", "0", "head_dim"), ("rms_norm_eps", "-1e-5", "rms_norm_eps"),
      ("rope_theta", "0", "rope_theta"), ("rope_theta", "1e13", "rope_theta"),
      ("bos_token_id", "49152", "bos_token_id"),
      ("eos_token_id", "-1", "eos_token_id"), ("eos_token_id", "[2, 49152]", "eos_token_id"),
      ("eos_token_id", #"["a"]"#, "eos_token_id"), ("max_position_embeddings", "0", "max_position_embeddings"),
      ("rope_scaling", #"{"type": "dynamic", "factor": 2}"#, "rope_scaling.type"),
      ("rope_scaling", #"{"rope_type": "longrope", "factor": 8}"#, "rope_scaling.rope_type"),
      ("rope_scaling", #"{"rope_type": "linear", "factor": 0}"#, "rope_scaling.factor"),
      (
        "rope_scaling",
        #"{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4}"#,
        "rope_scaling.high_freq_factor"
      ),
      ("rope_scaling", "1", "rope_scaling"),
      ("rope_parameters", #"{"rope_type": "yarn"}"#, "rope_parameters.rope_type"),
      ("rope_parameters", #"{"rope_theta": -1}"#, "rope_parameters.rope_theta"),
      ("rope_parameters", #"{"partial_rotary_factor": 0.5}"#, "rope_parameters.partial_rotary_factor"),
      ("mlp_bias", "true", "mlp_bias"), ("hidden_act", #""gelu""#, "hidden_act"),
      ("model_type", #""gemma""#, "model_type"),
    ])
  func invalid(key: String, value: String, named: String) throws {
    try JSONText(Self.values, [key: value]).withFile { path in
      let error = #expect(throws: ModelFileError.self) { try LlamaConfiguration(jsonFile: path) }
      guard case .invalidValue(path, named, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("A file that transformers has written is read", arguments: ["llama-tiny", "llama-tiny-untied"])
  func transformers(suite: String) throws {
    let configuration = try LlamaConfiguration(jsonFile: Fixture.url("\(suite)/config.json").path)
    #expect(configuration.tiesWordEmbeddings == (suite == "llama-tiny"))
    #expect(configuration.hiddenSize == configuration.attentionHeads * configuration.headDimension)
  }
}
