package import PrefixMapping
package import Tensors
package import TextDecoding

/// Images with captions, as one step learns from them.
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

/// A mapper that learns through a frozen decoder: its parameters, and the optimiser's memory of them.
package struct MapperTrainer: Sendable {
  package struct Settings: Sendable, Codable, Equatable {
    package var optimizer = AdamW.Settings()
    /// Of the mapper.
    package var dropout = 0.1
    /// Probability that the mapper does not see a token of the features; `nil` where it sees all.
    package var tokenDropout: Double?
    package var labelSmoothing = 0.1
    /// The largest norm of all gradients together; larger ones are scaled down. 0 leaves all.
    package var clipNorm = 1.0
    /// Decay of the parameters' moving average, such as 0.999; 0 keeps none.
    package var averageDecay = 0.0

    package init() {}
  }

  /// What one step was like.
  package struct StepResult: Sendable, Equatable {
    /// The sum of all terms: of captions alone, the mean over the tokens that were to be foretold, smoothing included.
    package let loss: Double
    /// Of each term.
    package let losses: [Double]
    /// Of all gradients together, before clipping.
    package let gradientNorm: Double
  }

  package let decoder: any TextDecoder
  package let family: MapperFamily
  package let heads: Int
  package let tokenGroups: [Int]
  package let settings: Settings
  package internal(set) var parameters: ParameterSet
  package internal(set) var optimizer: AdamW
  /// The exponential moving average of the parameters, where it is kept.
  package internal(set) var average: ParameterSet?

  /// - Parameters:
  ///   - decoder: best with its weights unpacked.
  ///   - parameters: fresh ones of the family, or those of a trained mapper.
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

  /// What is worth keeping: the average where there is one.
  package var result: ParameterSet { average ?? parameters }

  /// Learns from some batches as if they were one.
  ///
  /// - Parameters:
  ///   - dropoutSeed: of the masks; another one for each step.
  /// - Throws: `DecodingError`, `ModelFileError`; `TrainingError.diverged` where a number is none any more, before any
  ///   parameter has changed.
  package mutating func step(
    _ batches: [TrainingBatch], learningRate: Double, dropoutSeed: UInt64
  ) throws -> StepResult {
    try step(
      LossTerm.mean(of: batches, labelSmoothing: settings.labelSmoothing), learningRate: learningRate,
      dropoutSeed: dropoutSeed)
  }

  /// Brings down the sum of some terms.
  ///
  /// - Parameter dropoutSeed: of the masks, which come in the order of the terms; another one for each step.
  /// - Throws: as `step(_:learningRate:dropoutSeed:)` of batches.
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

  /// What a step of this seed leaves out by chance.
  package func dropout(seed: UInt64) -> Dropout {
    Dropout(probability: settings.dropout, tokenProbability: settings.tokenDropout ?? 0, seed: seed)
  }

  /// The loss without dropout.
  ///
  /// - Parameter parameters: those in training, or others of the same mapper.
  package func loss(_ batch: TrainingBatch, parameters: ParameterSet, labelSmoothing: Double) throws -> Double {
    let loss = try mapper(parameters).loss(
      of: batch.captions, features: batch.features, decoder: decoder, labelSmoothing: labelSmoothing, divisor: nil)
    return Double(loss.value.values[0])
  }

  /// A mapper of these parameters.
  package func mapper(_ parameters: ParameterSet) throws -> Mapper {
    try family.load(TapedParameters(parameters, tape: nil), heads, tokenGroups)
  }

  /// Loss and gradients, in the order of the parameters. The tape, and with it all that refers to the parameters' memory,
  /// is gone when this returns, so that the optimiser can change them in place.
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
