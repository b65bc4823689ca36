package import PrefixMapping
package import Tensors
package import TextDecoding

/// Images with captions for one step to learn from.
package struct TrainingBatch: Sendable {
  /// `[images, …]`, each of the shape that the mapper reads.
  package let features: Tensor
  package let captions: PackedCaptions

  package init(features: Tensor, captions: PackedCaptions) {
    precondition(features.shape.first == captions.sequences.imageCount, "features \(features.shape)")
    self.features = features
    self.captions = captions
  }
}

/// A mapper that learns through a frozen decoder: its parameters, and the optimiser's state.
package struct MapperTrainer: Sendable {
  package struct Settings: Sendable, Codable, Equatable {
    package var optimizer = AdamW.Settings()
    /// The mapper's dropout probability.
    package var dropout = 0.1
    /// Probability that the mapper does not see a token of the features; `nil` where it sees all.
    package var tokenDropout: Double?
    package var labelSmoothing = 0.1
    /// The largest norm of all gradients together; larger ones are scaled down. 0 does not clip.
    package var clipNorm = 1.0
    /// The decay of the parameters' moving average, such as 0.999; 0 keeps no average.
    package var averageDecay = 0.0

    package init() {}
  }

  /// The result of one step.
  package struct StepResult: Sendable, Equatable {
    /// The sum of all terms. With captions alone, it is the mean over the tokens to predict, smoothing included.
    package let loss: Double
    /// The loss of each term.
    package let losses: [Double]
    /// The norm of all gradients together, before clipping.
    package let gradientNorm: Double
  }

  package let decoder: any TextDecoder
  package let family: MapperFamily
  package let heads: Int
  package let tokenGroups: [Int]
  package let settings: Settings
  package internal(set) var parameters: ParameterSet
  package internal(set) var optimizer: AdamW
  /// The exponential moving average of the parameters, if it is kept.
  package internal(set) var average: ParameterSet?

  /// - Parameters:
  ///   - decoder: the frozen decoder, preferably with its weights unpacked.
  ///   - parameters: fresh parameters of the family, or those of a trained mapper.
  package init(
    decoder: any TextDecoder, family: MapperFamily, heads: Int, tokenGroups: [Int], parameters: ParameterSet,
    settings: Settings
  ) {
    self.decoder = decoder
    self.family = family
    self.heads = heads
    self.tokenGroups = tokenGroups
    self.parameters = parameters
    self.settings = settings
    optimizer = AdamW(settings.optimizer, for: parameters)
    average = settings.averageDecay > 0 ? parameters : nil
  }

  /// The parameters to keep: the average where there is one.
  package var result: ParameterSet { average ?? parameters }

  /// Learns from some batches as if they were one.
  ///
  /// - Parameters:
  ///   - dropoutSeed: the seed of the dropout masks; a different one for each step.
  /// - Throws: `DecodingError`, `ModelFileError`; `TrainingError.diverged` where a number is not finite, before any
  ///   parameter has changed.
  package mutating func step(
    _ batches: [TrainingBatch], learningRate: Double, dropoutSeed: UInt64
  ) throws -> StepResult {
    try step(
      LossTerm.mean(of: batches, labelSmoothing: settings.labelSmoothing), learningRate: learningRate,
      dropoutSeed: dropoutSeed)
  }

  /// Makes a step that lowers the sum of some terms.
  ///
  /// - Parameter dropoutSeed: the seed of the dropout masks, which come in the order of the terms; a different one for
  ///   each step.
  /// - Throws: as `step(_:learningRate:dropoutSeed:)` for batches.
  package mutating func step(_ terms: [LossTerm], learningRate: Double, dropoutSeed: UInt64) throws -> StepResult {
    let dropout = dropout(seed: dropoutSeed)
    var losses: [Double] = []
    var sum: [Tensor?] = []
    for term in terms {
      let (part, gradients) = try gradients(term, dropout: dropout)
      losses.append(part)
      if sum.isEmpty {
        sum = gradients
      } else {
        for index in sum.indices { if let gradient = gradients[index] { sum[index]?.add(gradient) } }
      }
    }
    let loss = losses.reduce(0, +)
    let norm = sum.reduce(0) { $0 + ($1?.sumOfSquares ?? 0) }.squareRoot()
    guard loss.isFinite, norm.isFinite else { throw TrainingError.notANumber(loss: loss, gradientNorm: norm) }
    let scale = settings.clipNorm > 0 ? min(1, settings.clipNorm / (norm + 1e-6)) : 1
    optimizer.update(&parameters, gradients: sum, gradientScale: scale, learningRate: learningRate)
    updateAverage()
    return StepResult(loss: loss, losses: losses, gradientNorm: norm)
  }

  /// The dropout of a step with this seed.
  package func dropout(seed: UInt64) -> Dropout {
    Dropout(probability: settings.dropout, tokenProbability: settings.tokenDropout ?? 0, seed: seed)
  }

  /// The loss without dropout.
  ///
  /// - Parameter parameters: the parameters in training, or others of the same mapper.
  package func loss(_ batch: TrainingBatch, parameters: ParameterSet, labelSmoothing: Double) throws -> Double {
    let loss = try mapper(parameters).loss(
      of: batch.captions, features: batch.features, decoder: decoder, labelSmoothing: labelSmoothing, divisor: nil)
    return Double(loss.value.values[0])
  }

  /// A mapper of these parameters.
  package func mapper(_ parameters: ParameterSet) throws -> Mapper {
    try family.load(TapedParameters(parameters, tape: nil), heads, tokenGroups)
  }

  /// Loss and gradients, in the order of the parameters. The tape, and with it every reference to the parameters'
  /// memory, is released when this returns, so that the optimiser can change them in place.
  package func gradients(_ term: LossTerm, dropout: Dropout) throws -> (loss: Double, gradients: [Tensor?]) {
    let tape = GradientTape()
    let taped = TapedParameters(parameters, tape: tape)
    let loss = try family.load(taped, heads, tokenGroups).loss(
      of: term.batch.captions, features: term.batch.features, decoder: decoder, dropout: dropout,
      labelSmoothing: term.labelSmoothing, divisor: term.divisor)
    tape.backward(from: loss)
    return (Double(loss.value.values[0]), taped.gradients())
  }

  private mutating func updateAverage() {
    guard average != nil else { return }
    // At first the average follows quickly, so that it is not held back by where training began.
    let steps = Double(optimizer.stepCount)
    let keep = min(settings.averageDecay, (1 + steps) / (10 + steps))
    for index in parameters.parameters.indices where parameters.parameters[index].role.isTrained {
      average?.parameters[index].tensor.blend(parameters.parameters[index].tensor, keeping: keep)
    }
  }
}
