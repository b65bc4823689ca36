package import Tensors

/// The objective of a run.
package struct TrainingObjective: Sendable, Codable, Equatable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// The likelihood of people's captions: cross-entropy.
    case likelihood
    /// The CIDEr-D of captions that the captioner draws itself (Rennie et al. 2017, "Self-critical sequence training").
    case cider

    /// The peak learning rate that suits it. Sampled captions give noisier gradients, and a trained captioner needs
    /// only small changes.
    package var learningRate: Double {
      switch self {
      case .likelihood: LearningRateSchedule().peak
      case .cider: 2e-4
      }
    }

    /// The label smoothing that suits it. Smoothed targets give probability to unsuitable tokens, which are then drawn:
    /// with 0.1, nearly every caption of a dozen tokens has one.
    package var labelSmoothing: Double {
      switch self {
      case .likelihood: MapperTrainer.Settings().labelSmoothing
      case .cider: 0
      }
    }
  }

  /// How captions are drawn, and how they are learnt from.
  package struct SelfCritical: Sendable, Codable, Equatable {
    /// The number of captions drawn for each photo. The baseline of each is the mean reward of the others (Luo 2020, "A
    /// better variant of self-critical sequence training").
    package var samplesPerPhoto = 5
    /// The weight of the cross-entropy of people's captions in the loss.
    package var crossEntropyWeight = 0.1
    /// The precision of the decoder's matrix products while captions are drawn.
    package var samplingPrecision = MatrixPrecision.f32

    package init() {}
  }

  package var kind = Kind.likelihood
  /// The settings where `kind` is `cider`; `nil` otherwise.
  package var selfCritical: SelfCritical?

  package init() {}
}

extension KeyedDecodingContainer {
  /// Plans that were written before there was a choice have the objective likelihood.
  func decode(_ type: TrainingObjective.Type, forKey key: Key) throws -> TrainingObjective {
    try decodeIfPresent(type, forKey: key) ?? TrainingObjective()
  }
}
