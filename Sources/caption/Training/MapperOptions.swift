import ArgumentParser
import Captioning
import ModelFiles
import PrefixMapping
import Tensors
import TextDecoding
import Training

/// The kind of mapper, and its inputs.
struct MapperOptions: ParsableArguments {
  @Option(help: "Kind of mapper: \(MapperFamily.names.joined(separator: ", ")).")
  var mapper = "resampler"

  @Option(help: "Positions of the prefix.")
  var prefixLength = 16

  @Option(help: "Width of the mapper's hidden states.")
  var width = 512

  @Option(help: "Blocks of the mapper.")
  var depth = 2

  @Option(help: "Attention heads of the mapper.")
  var heads = 8

  @Option(
    help: ArgumentHelp(
      "What the mapper reads, as LAYER:class, LAYER:patches or LAYER:ROWSxCOLUMNS, or pooled, projected or logits, separated by commas; the last layer needs no number. Of several encoders, each with the encoder's name before it: dinov2:8:class,dinov2:10:8x8,efficientnet-lite:pooled; one that is not named is left out (default: those of --model).",
      valueName: "features"), transform: FeatureList.init(parsing:))
  var features: FeatureList?

  @Option(
    help: ArgumentHelp(
      "Train a static prefix through a network of this width, which is discarded at the end.", valueName: "width"))
  var reparameterize: Int?

  @Option(help: "What the prefix begins as, before an image adds to it: prompt, zeros or random.")
  var base = BaseInitialization.prompt

  @Option(help: "The text for --base prompt.")
  var prompt = BaseInitialization.defaultPrompt

  @Flag(help: "Go on from the captioner's own mapper instead of a fresh one.")
  var continueMapper = false

  func validate() throws {
    guard MapperFamily.named(mapper) != nil else {
      throw ValidationError("--mapper takes \(MapperFamily.names.joined(separator: ", ")).")
    }
    if !(1...512).contains(prefixLength) { throw ValidationError("--prefix-length takes 1 to 512.") }
    if !(1...100).contains(depth) { throw ValidationError("--depth takes 1 to 100.") }
    if width < 1 || width > 16384 || heads < 1 || width % heads != 0 {
      throw ValidationError("--width takes 1 to 16384, a multiple of --heads.")
    }
    if let reparameterize {
      if mapper != "static" { throw ValidationError("--reparameterize is for --mapper static.") }
      if !(1...65536).contains(reparameterize) { throw ValidationError("--reparameterize takes 1 to 65536.") }
    }
    if prompt.isEmpty { throw ValidationError("--prompt takes some text.") }
    if continueMapper, features != nil {
      throw ValidationError("--continue-mapper keeps what the mapper reads: leave --features out.")
    }
  }

  /// The part of the plan for the mapper; for a mapper that is continued, its own description.
  ///
  /// - Parameter captioner: `nil` where there are only an encoder and a decoder.
  func plan(for captioner: Captioner?) throws -> TrainingPlan.Mapper {
    var plan = TrainingPlan.Mapper()
    if continueMapper {
      guard let captioner else {
        throw ValidationError("--continue-mapper needs a captioner: this pair has no mapper.")
      }
      plan.family = captioner.manifest.mapper.family
      plan.heads = captioner.manifest.mapper.heads
      plan.prefixLength = captioner.mapper.length
      plan.startsFrom = captioner.manifest.mapper.sha256.hexadecimal
      return plan
    }
    plan.family = mapper
    plan.prefixLength = prefixLength
    plan.width = width
    plan.depth = depth
    plan.heads = heads
    plan.baseInitialization = base.rawValue
    plan.prompt = base == .prompt ? prompt : nil
    plan.reparameterization = reparameterize
    return plan
  }

  /// The initial prefix, `[layers, 2, keyValueHeads, prefixLength, headDimension]`, and, where the mapper makes a
  /// prompt of embeddings, the initial prompt, `[prefixLength, width of embeddings]`.
  func initialBase(
    _ bases: CaptionerBases, using generator: inout Xoshiro256PlusPlus
  ) throws -> (base: Tensor, prompt: Tensor) {
    let shape = bases.decoder.prefixShape
    let dimensions = [shape.layers, 2, shape.keyValueHeads, prefixLength, shape.headDimension]
    let promptShape = [prefixLength, bases.decoder.embeddingWidth]
    switch base {
    case .zeros: return (Tensor(zeros: dimensions), Tensor(zeros: promptShape))
    case .random:
      return (
        .normal(dimensions, deviation: 0.02, using: &generator),
        .normal(promptShape, deviation: 0.02, using: &generator)
      )
    case .prompt:
      let tokens = bases.tokenizer.encode(prompt)
      // A prompt that is too short is repeated; one that is too long is cut.
      let read = (0..<prefixLength).map { tokens[$0 % tokens.count] }
      return (try bases.decoder.prefix(of: read).keysValues, try bases.decoder.embeddings(of: read))
    }
  }
}

enum BaseInitialization: String, ExpressibleByArgument, CaseIterable {
  case prompt, zeros, random

  /// A prompt of 16 SmolLM2 tokens: as long as the default prefix.
  static let defaultPrompt =
    "<|im_start|>user\nDescribe the photo in one short sentence.<|im_end|>\n<|im_start|>assistant"
}
