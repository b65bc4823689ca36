import Foundation
import ModelFiles
import TestSupport
import TextDecoding

/// `Fixtures/llama-tiny`: `[3, 2, 2, length, 16]` is the shape of its prefixes.
enum TinyLlama {
  static let base = PrefixBase(sha256: .hash(of: Array("llama-tiny".utf8)), name: "llama-tiny")

  /// - Parameter gguf: `f32` and so on for a GGUF file, whose pairs lie side by side before the rotation.
  static func model(gguf: String? = nil) throws -> TransformerDecoder {
    func path(_ name: String) -> String { Fixture.url("llama-tiny/\(name)").path(percentEncoded: false) }
    if let gguf {
      let file = try GGUFFile(path: path("model-\(gguf).gguf"))
      return try TransformerDecoder(llama: LlamaConfiguration(file), weights: WeightReader(file), names: .gguf)
    }
    return try TransformerDecoder(
      llama: LlamaConfiguration(jsonFile: path("config.json")),
      weights: WeightReader(openWeights(directory: path(""))), names: .huggingFace)
  }
}
