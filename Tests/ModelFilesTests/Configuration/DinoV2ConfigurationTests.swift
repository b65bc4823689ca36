import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite("DINOv2 configuration")
struct DinoV2ConfigurationTests {
  static let values: [String: String] = [
    "model_type": #""dinov2""#, "hidden_size": "384", "num_hidden_layers": "12", "num_attention_heads": "6",
    "mlp_ratio": "4", "image_size": "518", "patch_size": "14", "layer_norm_eps": "1e-06", "hidden_act": #""gelu""#,
    "qkv_bias": "true", "use_swiglu_ffn": "false", "num_channels": "3",
  ]

  /// Opens the configuration with some values changed, or left out where they are `nil`.
  private func configuration(_ changes: [String: String?] = [:]) throws -> DinoV2Configuration {
    try JSONText(Self.values, changes).withFile { try DinoV2Configuration(jsonFile: $0) }
  }

  @Test("Hugging Face's file is read whole")
  func whole() throws {
    let expected = DinoV2Configuration(
      hiddenSize: 384, layers: 12, attentionHeads: 6, mlpRatio: 4, imageSize: 518, patchSize: 14, channels: 3,
      layerNormEpsilon: 1e-6, hasQKVBias: true, usesSwiGLU: false)
    #expect(try configuration() == expected)
    #expect(expected.headDimension == 64)
    #expect(expected.patchesPerSide == 37)
    #expect(expected.intermediateSize == 1536)
  }

  @Test("A file that transformers has written is read")
  func transformers() throws {
    let configuration = try DinoV2Configuration(jsonFile: Fixture.url("dinov2-tiny/config.json").path)
    #expect(
      configuration
        == DinoV2Configuration(
          hiddenSize: 24, layers: 3, attentionHeads: 3, mlpRatio: 4, imageSize: 70, patchSize: 14))
  }

  @Test("What the library has defaults for may be missing or null")
  func defaults() throws {
    let optional = ["mlp_ratio", "layer_norm_eps", "hidden_act", "qkv_bias", "use_swiglu_ffn", "num_channels"]
    let missing: [String: String?] = Dictionary(uniqueKeysWithValues: optional.map { ($0, nil) })
    let null: [String: String?] = Dictionary(uniqueKeysWithValues: optional.map { ($0, "null") })
    let complete = try configuration()
    #expect(try configuration(missing) == complete)
    #expect(try configuration(null) == complete)
  }

  @Test("The gated MLP's width is two thirds, rounded up to a multiple of 8")
  func swiGLU() throws {
    let giant = try configuration(["hidden_size": "1536", "num_attention_heads": "24", "use_swiglu_ffn": "true"])
    #expect(giant.intermediateSize == 4096)
  }

  @Test("The family with registers has four where the file does not say")
  func registers() throws {
    let type = #""dinov2_with_registers""#
    let plain = try configuration()
    #expect(!plain.isWithRegisters && plain.registers == 0)
    let usual = try configuration(["model_type": type])
    #expect(usual.isWithRegisters && usual.registers == 4)
    #expect(try configuration(["model_type": type, "num_register_tokens": "2"]).registers == 2)
    #expect(throws: ModelFileError.self) { try configuration(["model_type": type, "num_register_tokens": "-1"]) }
  }

  @Test(
    "A missing size is an error that names file and key",
    arguments: [
      "hidden_size", "num_hidden_layers", "num_attention_heads", "image_size", "patch_size", "model_type",
    ])
  func missing(key: String) throws {
    try JSONText(Self.values, [key: nil]).withFile { path in
      #expect(throws: ModelFileError.missingValue(path: path, key: key)) {
        try DinoV2Configuration(jsonFile: path)
      }
    }
  }

  @Test(
    "A value out of bounds, of another type or not supported is an error that names its key",
    arguments: [
      ("hidden_size", "0"), ("hidden_size", "-384"), ("hidden_size", "9223372036854775807"), ("hidden_size", "1e400"),
      ("hidden_size", "384.0"), ("hidden_size", #""384""#), ("hidden_size", "385"), ("num_hidden_layers", "0"),
      ("num_attention_heads", "0"), ("num_attention_heads", "7"), ("patch_size", "0"), ("patch_size", "519"),
      ("image_size", "1000000"), ("mlp_ratio", "0"), ("mlp_ratio", "-4"), ("mlp_ratio", "1e300"), ("mlp_ratio", "1e-9"),
      ("layer_norm_eps", "0"), ("layer_norm_eps", "true"), ("num_channels", "0"), ("qkv_bias", "1"),
      ("model_type", #""vit""#), ("hidden_act", #""relu""#),
    ])
  func invalid(key: String, value: String) throws {
    try JSONText(Self.values, [key: value]).withFile { path in
      let error = #expect(throws: ModelFileError.self) { try DinoV2Configuration(jsonFile: path) }
      switch error {
      case .invalidValue(path, let named, _)?: #expect(named == (value == "7" ? "hidden_size" : key))
      case .malformed(path, .json, _)?: #expect(value == "1e400")
      default: Issue.record("\(String(describing: error))")
      }
    }
  }

  @Test("What is no JSON object is refused", arguments: ["[]", "{", "{\"a\":1,\"a\":2}", "1", "nan", "{} {}"])
  func malformed(text: String) throws {
    try Array(text.utf8).withFile { path in
      #expect(throws: ModelFileError.self) { try DinoV2Configuration(jsonFile: path) }
    }
  }
}
