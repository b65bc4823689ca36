import Foundation
import ModelFiles
import PrefixMapping
import Tensors
import TestSupport
import Testing
import TextDecoding
import Training

/// Fresh mappers of every family through the tiny decoder, two images with three captions each.
@Suite("Training each family of mappers")
struct MapperFamilyTrainingTests {
  private static let tokenGroups = [7, 1, 1, 1]

  private static func path(_ name: String) -> String { Fixture.url(name).path(percentEncoded: false) }

  private static func trainer(_ family: MapperFamily, reparameterization: Int? = nil) throws -> MapperTrainer {
    let configuration = try LlamaConfiguration(jsonFile: path("llama-tiny/config.json"))
    let weights = WeightReader(try openWeights(directory: path("llama-tiny")))
    let decoder = try TransformerDecoder(llama: configuration, weights: weights, names: .huggingFace)
    let statistics = WeightReader(try SafetensorsFile(path: path("resampler-tiny/mapper.safetensors")))
    var generator = Xoshiro256PlusPlus(seed: 1)
    let mapperSettings = MapperSettings(
      features: FeatureLayout(tokens: family.featureTokens == 1 ? [1] : tokenGroups, width: 24),
      mean: try statistics.float32("mean", shape: [10, 24]),
      deviation: try statistics.float32("std", shape: [10, 24]),
      base: .normal([3, 2, 2, 4, 16], deviation: 1, using: &generator),
      prompt: .normal([4, 64], deviation: 0.125, using: &generator), width: 16, depth: 2, heads: 2,
      reparameterization: reparameterization)
    var settings = MapperTrainer.Settings()
    settings.dropout = 0
    return MapperTrainer(
      decoder: decoder, family: family, heads: 2, tokenGroups: tokenGroups,
      parameters: family.freshParameters(mapperSettings, &generator), settings: settings)
  }

  private static func batch(featureTokens: Int? = nil) throws -> TrainingBatch {
    let reference = try Reference("gradients/mapper_decoder.safetensors")
    var rest = try reference.integers("tokens")[...]
    let captions = try reference.integers("lengths").map { length in
      defer { rest = rest.dropFirst(length) }
      return Array(rest.prefix(length))
    }
    let features = try reference("features")
    return TrainingBatch(
      features: featureTokens == 1 ? Variable(features).tokens(0..<1).value : features,
      captions: PackedCaptions([Array(captions[..<3]), Array(captions[3...])]))
  }

  @Test(
    "three steps from fresh parameters lower the loss each time, and move all that is trained",
    arguments: MapperFamily.names + ["static through a network"])
  func threeSteps(name: String) throws {
    let words = name.split(separator: " ")
    let family = try #require(MapperFamily.named(String(words[0])))
    var trainer = try Self.trainer(family, reparameterization: words.count > 1 ? 24 : nil)
    let (batch, before) = (try Self.batch(featureTokens: family.featureTokens), trainer.parameters)
    var losses: [Double] = []
    for step in 0..<3 {
      losses.append(try trainer.step([batch], learningRate: 1e-3, dropoutSeed: UInt64(step)).loss)
    }
    losses.append(try trainer.loss(batch, parameters: trainer.parameters, labelSmoothing: 0.1))
    // A step of 1e-3 is small beside the parameters: the loss falls along its gradient, by far more than rounding (1e-6).
    for (earlier, later) in zip(losses, losses.dropFirst()) { #expect(later < earlier - 1e-4, "\(losses)") }
    for (before, after) in zip(before.parameters, trainer.parameters.parameters) {
      #expect((before.tensor.distance(to: after.tensor) > 0) == before.role.isTrained, "\(before.name)")
    }
  }
}
