import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing
import TextDecoding

@Suite("Llama's loss")
struct LlamaLossTests {
  private static func path(_ name: String) -> String { Fixture.url(name).path(percentEncoded: false) }

  /// - Parameter file: a GGUF file of `llama-tiny`, or its directory for Hugging Face's.
  private static func model(_ file: String) throws -> TransformerDecoder {
    if file.hasSuffix(".gguf") {
      let file = try GGUFFile(path: path("llama-tiny/\(file)"))
      return try TransformerDecoder(llama: LlamaConfiguration(file), weights: WeightReader(file), names: .gguf)
    }
    let configuration = try LlamaConfiguration(jsonFile: path("llama-tiny/config.json"))
    let weights = WeightReader(try openWeights(directory: path("llama-tiny")))
    return try TransformerDecoder(llama: configuration, weights: weights, names: .huggingFace)
  }

  private static let models = [
    "model.safetensors", "model-f32.gguf", "model-f16.gguf", "model-q8_0.gguf", "model-q4_1.gguf",
  ]

  /// Two images; the shortest caption has a start and a stop token only.
  private static let captions = [[[3, 17, 90, 41, 2], [3, 2], [3, 101, 2]], [[3, 55, 4, 155, 17, 60, 9, 2]]]

  private func prefixes() -> Tensor { Tensor.random([2, 3, 2, 2, 5, 16], seed: 1).scaled(by: 0.5) }

  /// - Parameter prefixes: `[images, layers, 2, heads, length, dimension]`.
  /// - Returns: the loss of each token, caption after caption, by the decoder that generates, one caption after the other.
  private func losses(
    _ model: TransformerDecoder, _ captions: [[[Int]]], prefixes: Tensor, labelSmoothing: Double
  ) throws -> [Double] {
    try captions.enumerated().flatMap { image, captions in
      try captions.flatMap { tokens in
        var cache = try model.cache(prefixes: [Prefix(keysValues: prefixes[image])])
        let logits = model.logits(try model.hiddenStates([Array(tokens.dropLast())], cache: &cache))
        return tokens.dropFirst().enumerated().map { row, target in
          let z = logits[row].values.map { Double($0) }
          let sum = z.reduce(0) { $0 + exp($1) }
          let mean = z.reduce(0, +) / Double(z.count)
          return log(sum) - (1 - labelSmoothing) * z[target] - labelSmoothing * mean
        }
      }
    }
  }

  // Hidden states pass three layers in float32: PyTorch's logits, of size 1 to 5, are off by up to 1e-5 (LlamaTests).
  private static let tolerance = 1e-5

  @Test(
    "packed captions have the mean loss of captions read one by one through the cache", arguments: models, [0, 0.1])
  func packing(file: String, labelSmoothing: Double) throws {
    let model = try Self.model(file)
    let losses = try losses(model, Self.captions, prefixes: prefixes(), labelSmoothing: labelSmoothing)
    #expect(losses.count == 14)
    let found = try model.loss(
      of: PackedCaptions(Self.captions), prefixes: Variable(prefixes()), labelSmoothing: labelSmoothing, divisor: nil)
    #expect(abs(Double(found.value.values[0]) - losses.reduce(0, +) / 14) < Self.tolerance)
    #expect(found.node == nil)
  }

  @Test("prefixes of no length give the loss without prefixes")
  func noPrefix() throws {
    let model = try Self.model("model.safetensors")
    let empty = Tensor(zeros: [2, 3, 2, 2, 0, 16])
    let losses = try losses(model, Self.captions, prefixes: empty, labelSmoothing: 0)
    let found = try model.loss(
      of: PackedCaptions(Self.captions), prefixes: Variable(empty), labelSmoothing: 0, divisor: nil)
    #expect(abs(Double(found.value.values[0]) - losses.reduce(0, +) / 14) < Self.tolerance)
  }

  @Test("the divisor replaces the number of tokens")
  func divisor() throws {
    let model = try Self.model("model.safetensors")
    let losses = try losses(model, Self.captions, prefixes: prefixes(), labelSmoothing: 0)
    let found = try model.loss(
      of: PackedCaptions(Self.captions), prefixes: Variable(prefixes()), labelSmoothing: 0, divisor: 100)
    #expect(abs(Double(found.value.values[0]) - losses.reduce(0, +) / 100) < Self.tolerance)
  }

  @Test("the prefixes' gradient is that of central differences", arguments: ["model.safetensors", "model-q4_1.gguf"])
  func finiteDifference(file: String) throws {
    let model = try Self.model(file)
    let prefixes = prefixes()
    let gradient = try gradient(model, prefixes: prefixes)
    // A step along the gradient itself, where the difference is largest against the rounding of the logits.
    let step = 0.002 / gradient.largestMagnitude
    let moved = [step, -step].map { step -> Tensor in
      var moved = prefixes
      moved.add(gradient.scaled(by: step))
      return moved
    }
    let sums = try moved.map {
      try losses(model, Self.captions, prefixes: $0, labelSmoothing: 0.1).reduce(0, +) / 14
    }
    let difference = Tensor(zip(moved[0].values, moved[1].values).map { $0 - $1 }, shape: prefixes.shape)
    let predicted = gradient.dot(difference)
    // A step ten times as long is 2 % off by the third derivative, so this one 2e-4; the mean loss, rounded by some 1e-6,
    // differs by 0.01 between the two ends: 1e-4.
    #expect(abs(predicted - (sums[0] - sums[1])) < 1e-3 * predicted, "\(predicted), \(sums[0] - sums[1])")
  }

  @Test("stored weights and unpacked ones give one gradient", arguments: models)
  func unpacked(file: String) throws {
    let model = try Self.model(file)
    let stored = try gradient(model, prefixes: prefixes())
    #expect(try stored.relativeDistance(to: gradient(model.prepared(.training(.f32)), prefixes: prefixes())) < 1e-5)
  }

  @Test("an image's gradient does not depend on what other images are packed with it")
  func independence() throws {
    let model = try Self.model("model.safetensors")
    let together = try gradient(model, prefixes: prefixes(), divisor: 14)
    for image in 0..<2 {
      let alone = try gradient(
        model, prefixes: prefixes()[image].reshaped([1, 3, 2, 2, 5, 16]), captions: [Self.captions[image]], divisor: 14)
      #expect(alone[0].relativeDistance(to: together[image]) < 1e-5)
    }
  }

  private func gradient(
    _ model: TransformerDecoder, prefixes: Tensor, captions: [[[Int]]] = captions, divisor: Double? = nil
  ) throws -> Tensor {
    let tape = GradientTape()
    let variable = tape.variable(prefixes)
    tape.backward(
      from: try model.loss(
        of: PackedCaptions(captions), prefixes: variable, labelSmoothing: 0.1, divisor: divisor))
    return try #require(variable.gradient)
  }

  @Test("prefixes of another shape or for another number of images are refused")
  func foreignPrefixes() throws {
    let model = try Self.model("model.safetensors")
    for shape in [[2, 3, 2, 3, 5, 16], [1, 3, 2, 2, 5, 16], [3, 2, 2, 5, 16]] {
      #expect(throws: DecodingError.self) {
        try model.loss(
          of: PackedCaptions(Self.captions), prefixes: Variable(Tensor(zeros: shape)), labelSmoothing: 0, divisor: nil)
      }
    }
  }

  @Test(
    "a token outside of the vocabulary is refused, be it only foretold", arguments: [[3, 160, 2], [3, 160], [3, -1]])
  func foreignToken(caption: [Int]) throws {
    let model = try Self.model("model.safetensors")
    #expect(throws: DecodingError.tokenOutOfRange(token: caption[1], vocabularySize: 160)) {
      try model.loss(
        of: PackedCaptions([[caption]]), prefixes: Variable(Tensor(zeros: [1, 3, 2, 2, 5, 16])), labelSmoothing: 0,
        divisor: nil)
    }
  }

  @Test("a caption that the context does not hold behind its prefix is refused")
  func fullContext() throws {
    let model = try Self.model("model.safetensors")
    let limit = model.maximumPositions
    let caption = Array(repeating: 5, count: limit - 5 + 2)
    #expect(throws: DecodingError.contextFull(length: limit + 1, limit: limit)) {
      try model.loss(
        of: PackedCaptions([[caption]]), prefixes: Variable(Tensor(zeros: [1, 3, 2, 2, 5, 16])), labelSmoothing: 0,
        divisor: nil)
    }
  }
}
