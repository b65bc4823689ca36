import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing
import TextDecoding

/// Each family against transformers' float64, on random weights: `Fixtures/decoders/SCHEMA.md`.
@Suite("Decoder families")
struct DecoderFamilyParityTests {
  private static let models = [
    "gpt2", "opt", "opt-post-norm", "gpt-neox", "gpt-neox-serial", "llama3", "mistral", "qwen2", "qwen2-window",
    "qwen3",
    "gemma3", "gemma3-six",
  ]
  private static let ggufModels = ["gpt2", "qwen2", "qwen3", "gemma3-six"]

  // transformers' own float32 is off by up to 5e-6, of which gemma3-six, six layers deep, has 2e-5; sums run in another order
  // here. The issue asks for 1e-4.
  private static let tolerance: Float = 5e-5

  private static func path(_ name: String) -> String {
    Fixture.url("decoders/\(name)").path(percentEncoded: false)
  }

  private func open(_ model: String, gguf: Bool = false) throws -> TransformerDecoder {
    let path = Self.path(gguf ? "\(model)/model.gguf" : model)
    return try DecoderFamily(path: path).open(path: path)
  }

  private func ids(_ reference: Reference, _ key: String = "input_ids") throws -> [[Int]] {
    let ids = try reference.integers(key)
    return [Array(ids[..<(ids.count / 2)]), Array(ids[(ids.count / 2)...])]
  }

  private func prefixes(_ reference: Reference) throws -> [Prefix] {
    let all = try reference("prefix")
    return (0..<2).map { Prefix(keysValues: all[$0]) }
  }

  private func reference(_ model: String) throws -> Reference {
    try Reference("decoders/\(model)/reference.safetensors")
  }

  /// Logits of every token, `[rows, tokens, vocabulary]`.
  private func logits(_ model: TransformerDecoder, _ ids: [[Int]], prefixes: [Prefix?]) throws -> Tensor {
    var cache = try model.cache(prefixes: prefixes)
    let hidden = try model.hiddenStates(ids, cache: &cache)
    return model.logits(hidden).reshaped([ids.count, ids[0].count, model.vocabularySize])
  }

  @Test("logits equal the reference", arguments: models)
  func plainLogits(name: String) throws {
    let reference = try reference(name)
    let found = try logits(open(name), ids(reference), prefixes: [nil, nil])
    #expect(try found.distance(to: reference("logits")) < Self.tolerance)
  }

  @Test("a model whose weights are pickled gives the reference's logits")
  func pickledLogits() throws {
    let folder = Fixture.url("older-models/opt").path(percentEncoded: false)
    let reference = try Reference("older-models/opt/reference.safetensors")
    let model = try DecoderFamily(path: folder).open(path: folder)
    #expect(try logits(model, ids(reference), prefixes: [nil, nil]).distance(to: reference("logits")) < Self.tolerance)
  }

  @Test("logits after a prefix equal the reference, text positions starting behind it", arguments: models)
  func prefixLogits(name: String) throws {
    let reference = try reference(name)
    let found = try logits(open(name), ids(reference), prefixes: prefixes(reference))
    #expect(try found.distance(to: reference("logits_after_prefix")) < Self.tolerance)
  }

  @Test("a GGUF file of the same weights gives the same logits, with and without a prefix", arguments: ggufModels)
  func ggufLogits(name: String) throws {
    let reference = try reference(name)
    let model = try open(name, gguf: true)
    let (plain, prefixed) = (
      try logits(model, ids(reference), prefixes: [nil, nil]),
      try logits(model, ids(reference), prefixes: prefixes(reference))
    )
    #expect(try plain.distance(to: reference("logits")) < Self.tolerance)
    #expect(try prefixed.distance(to: reference("logits_after_prefix")) < Self.tolerance)
  }

  @Test("tokens fed one by one through the cache give the logits of all at once", arguments: models)
  func incremental(name: String) throws {
    let reference = try reference(name)
    let (model, ids) = (try open(name), try ids(reference))
    let expected = try reference("logits_after_prefix")
    var cache = try model.cache(prefixes: prefixes(reference))
    for position in ids[0].indices {
      let step = try model.lastLogits(ids.map { [$0[position]] }, cache: &cache)
      for row in 0..<2 { #expect(step[row].distance(to: expected[row][position]) < Self.tolerance) }
    }
  }

  @Test("twenty greedy tokens from a random prefix are the reference's", arguments: models)
  func greedy(name: String) throws {
    let reference = try reference(name)
    let model = try open(name)
    let sequences = try model.generate(
      from: prefixes(reference), startTokens: [1],
      options: GenerationOptions(maximumNewTokens: 20, stopTokens: []))
    #expect(try sequences.map(\.tokens) == ids(reference, "greedy_ids"))
  }

  @Test("the loss behind a prefix and its gradient by the prefix equal the reference", arguments: models)
  func prefixGradient(name: String) throws {
    let reference = try reference(name)
    let tape = GradientTape()
    let prefixes = tape.variable(try reference("prefix"))
    let loss = try open(name).loss(
      of: PackedCaptions(ids(reference).map { [$0] }), prefixes: prefixes, labelSmoothing: 0, divisor: nil)
    #expect(try abs(loss.value.values[0] - reference("loss").values[0]) < 1e-5)
    tape.backward(from: loss)
    // Relative to its largest number, of size 0.01 to 0.5; float32 differs from float64 by up to 2e-6 there.
    let gradient = try #require(prefixes.gradient)
    #expect(try gradient.relativeDistance(to: reference("prefix_gradient")) < 1e-4)
  }

  @Test(
    "text behind a prompt of embeddings has the reference's logits and gradient",
    arguments: models.filter { $0 != "opt-post-norm" })
  func prompt(name: String) throws {
    let reference = try reference(name)
    let (model, ids, prompts) = (try open(name), try ids(reference), try reference("prompt"))
    // As a prefix made of the prompt, which is what generating starts from.
    let found = try (0..<2).map { row in
      let prefix = try model.prefix(ofEmbeddings: prompts[row])
      #expect(prefix.length == 3)
      return try logits(model, [ids[row].dropLast()], prefixes: [prefix])
    }
    let expected = try reference("logits_after_prompt")
    for row in 0..<2 { #expect(found[row][0].distance(to: expected[row]) < Self.tolerance) }
    // As training sees it.
    let tape = GradientTape()
    let variable = tape.variable(prompts)
    tape.backward(
      from: try model.loss(
        of: PackedCaptions(ids.map { [$0] }), prompts: variable, labelSmoothing: 0, divisor: nil))
    let gradient = try #require(variable.gradient)
    #expect(try gradient.relativeDistance(to: reference("prompt_gradient")) < 1e-4)
  }

  @Test("embeddings of tokens read as a prompt are those tokens", arguments: models)
  func tokensAsPrompt(name: String) throws {
    let reference = try reference(name)
    let (model, ids) = (try open(name), try ids(reference))
    // Where embeddings are narrower than blocks, what is read is what the projection made of them.
    let prefix = try model.prefix(ofEmbeddings: model.embeddings(of: Array(ids[0][..<3])))
    let found = try logits(model, [Array(ids[0][3...])], prefixes: [prefix])
    let expected = try reference("logits")[0]
    for position in 3..<ids[0].count {
      #expect(found[0][position - 3].distance(to: expected[position]) < Self.tolerance)
    }
  }

  @Test("packed matrices give the reference's logits and gradients", arguments: models)
  func prepared(name: String) throws {
    let reference = try reference(name)
    let model = try open(name).prepared(.training(.f32))
    let found = try logits(model, ids(reference), prefixes: prefixes(reference))
    #expect(try found.distance(to: reference("logits_after_prefix")) < Self.tolerance)
    let tape = GradientTape()
    let prefixes = tape.variable(try reference("prefix"))
    tape.backward(
      from: try model.loss(
        of: PackedCaptions(ids(reference).map { [$0] }), prefixes: prefixes, labelSmoothing: 0, divisor: nil))
    let gradient = try #require(prefixes.gradient)
    #expect(try gradient.relativeDistance(to: reference("prefix_gradient")) < 1e-4)
  }

  @Test("more positions than are learnt are refused", arguments: ["gpt2", "opt"])
  func fullContext(name: String) throws {
    let model = try open(name)
    var cache = try model.cache(prefixes: [nil])
    _ = try model.hiddenStates([Array(repeating: 5, count: 64)], cache: &cache)
    #expect(throws: DecodingError.contextFull(length: 65, limit: 64)) {
      try model.hiddenStates([[5]], cache: &cache)
    }
  }

  @Test("a model of another kind is refused with the families that are known")
  func unknownFamily() throws {
    let error = #expect(throws: ModelFileError.self) {
      try DecoderFamily(path: Fixture.url("dinov2-tiny").path(percentEncoded: false))
    }
    #expect("\(String(describing: error))".contains("dinov2"))
    #expect(error?.description.contains("gpt_neox, llama, mistral") == true)
  }

  @Test(
    "a GGUF file's architecture names its family",
    arguments: zip(ggufModels, ["gpt2", "qwen2", "qwen3", "gemma3_text"]))
  func ggufFamily(name: String, family: String) throws {
    #expect(try DecoderFamily(path: Self.path("\(name)/model.gguf")).rawValue == family)
  }
}
