import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Prefixes of Hugging Face PEFT")
struct PrefixPEFTTests {
  private static let kinds = ["plain", "projected", "bfloat16"]
  private let model: TransformerDecoder
  private let reference: Reference

  init() throws {
    model = try TinyLlama.model()
    reference = try Reference("peft-tiny/reference.safetensors")
  }

  private func directory(_ kind: String) -> String { Fixture.url("peft-tiny/\(kind)").path(percentEncoded: false) }

  private func imported(_ kind: String) throws -> Prefix {
    try Prefix(peftDirectory: directory(kind), decoder: model.prefixShape)
  }

  @Test("an imported prefix is what PEFT puts into the model's cache", arguments: kinds)
  func keysValues(kind: String) throws {
    let (found, expected) = (try imported(kind).keysValues, try reference("\(kind)_keys_values"))
    #expect(found.shape == expected.shape)
    #expect(found.values == expected.values)
  }

  @Test("it is followed by PEFT's own greedy tokens", arguments: kinds, [0, 1])
  func tokens(kind: String, number: Int) throws {
    let (start, expected) = (
      try reference.integers("\(kind)_start_\(number)"), try reference.integers("\(kind)_ids_\(number)")
    )
    let made = try model.generate(
      from: [imported(kind)], startTokens: start, options: GenerationOptions(maximumNewTokens: expected.count))
    #expect(made[0].tokens == expected)
  }

  // As the tests of TransformerDecoder itself: float32 differs from float64 by 1e-5, and sums come in another order.
  @Test("its first logits are PEFT's", arguments: kinds, [0, 1])
  func firstLogits(kind: String, number: Int) throws {
    var cache = try model.cache(prefixes: [imported(kind)])
    let found = try model.lastLogits([reference.integers("\(kind)_start_\(number)")], cache: &cache)
    #expect(try found[0].distance(to: reference("\(kind)_first_logits_\(number)")) < 5e-5)
  }

  private struct Configuration: Decodable, Equatable {
    let peft_type, task_type, base_model_name_or_path: String
    let inference_mode: Bool
    let num_virtual_tokens, num_layers, num_attention_heads, num_transformer_submodules, token_dim: Int
    var encoder_hidden_size: Int
    var prefix_projection: Bool
  }

  @Test(
    "exported again, it is PEFT's own file and the configuration that PEFT reads", arguments: ["plain", "projected"])
  func exported(kind: String) throws {
    try withTemporaryDirectory { place in
      let out = place.appending(path: "new/adapter")
      try imported(kind).writePEFT(directory: out.path(percentEncoded: false), baseModel: "llama-tiny")
      let (ours, theirs) = try (
        SafetensorsFile(path: out.appending(path: "adapter_model.safetensors").path(percentEncoded: false)),
        SafetensorsFile(path: directory(kind) + "/adapter_model.safetensors")
      )
      #expect(ours.tensorNames == ["prompt_embeddings"])
      let (found, expected) = (ours.tensor(named: "prompt_embeddings"), theirs.tensor(named: "prompt_embeddings"))
      #expect(found?.shape == expected?.shape)
      #expect(found?.toFloat32().values == expected?.toFloat32().values)
      func configuration(_ url: URL) throws -> Configuration {
        try JSONDecoder().decode(Configuration.self, from: Data(contentsOf: url))
      }
      let written = try configuration(out.appending(path: "adapter_config.json"))
      var saved = try configuration(Fixture.url("peft-tiny/\(kind)/adapter_config.json"))
      // The network that made it, and its width, are gone.
      saved.encoder_hidden_size = 32
      saved.prefix_projection = false
      #expect(written == saved)
    }
  }

  /// What is said of a copy of `plain` after `change`.
  private func refusal(_ change: (URL) throws -> Void) throws -> String {
    try withTemporaryDirectory { place in
      let copy = place.appending(path: "adapter")
      try FileManager.default.copyItem(at: Fixture.url("peft-tiny/plain"), to: copy)
      try change(copy)
      do {
        _ = try Prefix(peftDirectory: copy.path(percentEncoded: false), decoder: model.prefixShape)
        return ""
      } catch {
        return "\(error)"
      }
    }
  }

  private func edit(_ directory: URL, _ old: String, _ new: String) throws {
    let url = directory.appending(path: "adapter_config.json")
    let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    #expect(text.contains(old))
    try Data(text.replacing(old, with: new).utf8).write(to: url)
  }

  @Test("a prefix for another decoder is refused, both shapes named")
  func otherDecoder() throws {
    let message = try refusal { try edit($0, "\"num_layers\": 3", "\"num_layers\": 12") }
    #expect(message.contains("[12, 2, 16]") && message.contains("[3, 2, 16]") && message.contains("--model"))
  }

  @Test("a network whose output was not saved is refused, and one whose output was is not")
  func projection() throws {
    #expect(try refusal { try edit($0, "\"prefix_projection\": false", "\"prefix_projection\": true") } == "")
    let message = try refusal { directory in
      try edit(directory, "\"prefix_projection\": false", "\"prefix_projection\": true")
      try SafetensorsWriter.write(
        [("prompt_embeddings", Tensor(zeros: [5, 32]).stored)],
        to: directory.appending(path: "adapter_model.safetensors").path(percentEncoded: false))
    }
    #expect(message.contains("[5, 32]") && message.contains("[5, 192]") && message.contains("save_pretrained"))
  }

  @Test("missing and pickled weights are refused with the remedy")
  func missingWeights() throws {
    func remove(_ directory: URL) throws {
      try FileManager.default.removeItem(at: directory.appending(path: "adapter_model.safetensors"))
    }
    #expect(try refusal(remove).contains("save_pretrained"))
    let pickled = try refusal { directory in
      try remove(directory)
      try Data().write(to: directory.appending(path: "adapter_model.bin"))
    }
    #expect(pickled.contains("safe_serialization=True"))
    #expect(throws: PEFTError.notFound(directory: "nowhere")) {
      try Prefix(peftDirectory: "nowhere", decoder: model.prefixShape)
    }
  }
}
