import Foundation
import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding

/// Checkpoints in ClipCap's layout against PyTorch: `Fixtures/clipcap-tiny/SCHEMA.md`.
@Suite("ClipCap checkpoints")
struct ClipCapCheckpointTests {
  private static let kinds = ["mlp", "transformer"]

  private static func path(_ name: String) -> String { Fixture.url("clipcap-tiny/\(name)").path(percentEncoded: false) }

  private func checkpoint(_ kind: String) throws -> ClipCapCheckpoint {
    try ClipCapCheckpoint(path: Self.path("\(kind).pt"), width: 16)
  }

  private func mapper(_ checkpoint: ClipCapCheckpoint) throws -> Mapper {
    try checkpoint.family.load(
      MemoryTensors(Dictionary(uniqueKeysWithValues: checkpoint.mapper.map { ($0.name, $0.tensor) })),
      ClipCapCheckpoint.attentionHeads, [])
  }

  private func decoder(_ checkpoint: ClipCapCheckpoint) throws -> TransformerDecoder {
    let weights = MemoryTensors(Dictionary(uniqueKeysWithValues: checkpoint.decoder.map { ($0.name, $0.tensor) }))
    return try TransformerDecoder(
      gpt2: GPT2Configuration(jsonFile: Self.path("config.json")), huggingFace: WeightReader(weights))
  }

  private func features(_ reference: Reference) throws -> Tensor {
    try reference("features").reshaped([2, 1, 20])
  }

  @Test("the mapper is told from its tensors", arguments: zip(kinds, ["clipcap-mlp", "clipcap-transformer"]))
  func family(kind: String, name: String) throws {
    let checkpoint = try checkpoint(kind)
    #expect(checkpoint.family.name == name)
    let mapper = try mapper(checkpoint)
    #expect(mapper.featureLayout?.shape == [1, 20])
    #expect(mapper.outputShape == [3, 16])
    #expect(try mapper.outputShape(for: decoder(checkpoint)) == [3, 16])
  }

  @Test("prompts equal PyTorch's", arguments: kinds)
  func prompts(kind: String) throws {
    let reference = try Reference("clipcap-tiny/\(kind).safetensors")
    guard case .prompt(let mapper) = try mapper(checkpoint(kind)) else {
      Issue.record("no prompt")
      return
    }
    let expected = try reference("prompts")
    // PyTorch's own float32 is off by up to 5e-7.
    #expect(try mapper.prompts(features(reference), dropout: .none).value.distance(to: expected) < 5e-6)
    #expect(
      try mapper.prepared(MatrixPlan(packed: .f32)).prompts(features(reference), dropout: .none).value
        .distance(to: expected) < 5e-6)
  }

  @Test("text begins behind the prompt, without a start token, and is PyTorch's", arguments: kinds)
  func greedy(kind: String) throws {
    let reference = try Reference("clipcap-tiny/\(kind).safetensors")
    let checkpoint = try checkpoint(kind)
    let decoder = try decoder(checkpoint)
    let prefixes = try mapper(checkpoint).prefixes(features(reference), decoder: decoder)
    let logits = try reference("first_logits")
    for row in 0..<2 {
      #expect(try #require(prefixes[row].nextLogits).distance(to: logits[row]) < 5e-5)
    }
    let ids = try reference.integers("greedy_ids")
    let options = GenerationOptions(maximumNewTokens: 12, stopTokens: [])
    let found = try decoder.generate(from: prefixes, startTokens: [], options: options)
    #expect(found.map(\.tokens) == [Array(ids[..<12]), Array(ids[12...])])
    // The same where one row has come further than the other.
    var generation = try ContinuousGeneration(
      DecoderStepper(decoder: decoder, cache: decoder.cache(prefixes: [])), options: options)
    var finished: [Int: [Int]] = [:]
    func step() throws {
      for row in try generation.step() { finished[row.id] = try row.result.get().tokens }
    }
    try generation.add(id: 0, startTokens: []) { try $0.append(prefixes[0]) }
    try step()
    try step()
    try generation.add(id: 1, startTokens: []) { try $0.append(prefixes[1]) }
    while generation.rowCount > 0 { try step() }
    #expect(finished == [0: Array(ids[..<12]), 1: Array(ids[12...])])
  }

  @Test("a prefix that does not tell what comes first needs a start token")
  func needsStartToken() throws {
    let decoder = try decoder(checkpoint("mlp"))
    let prefix = Prefix(keysValues: .random([2, 2, 2, 3, 8], seed: 1))
    #expect(throws: GenerationError.noStartToken(row: 0)) {
      try decoder.generate(from: [prefix], startTokens: [], options: GenerationOptions())
    }
  }

  @Test("a checkpoint of another model, or for another decoder's width, is refused")
  func foreign() {
    #expect(throws: ModelFileError.self) {
      try ClipCapCheckpoint(path: Fixture.url("pytorch/tensors.pt").path(percentEncoded: false), width: 16)
    }
    #expect(throws: ModelFileError.self) { try ClipCapCheckpoint(path: Self.path("mlp.pt"), width: 7) }
  }
}
