package import Tensors

/// What a run makes as good as it can.
package struct TrainingObjective: Sendable, Codable, Equatable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// The likelihood of people's captions: cross-entropy.
    case likelihood
    /// The CIDEr-D of captions that the captioner draws itself (Rennie et al. 2017, "Self-critical sequence training").
    case cider

    /// The peak that suits it: what is drawn by chance says less about where to go, and a trained captioner has not far to.
    package var learningRate: Double {
      switch self {
      case .likelihood: LearningRateSchedule().peak
      case .cider: 2e-4
      }
    }

    /// The label smoothing that suits it. What smoothed targets give to tokens that fit nowhere is drawn, too: of 0.1, nearly
    /// every caption of a dozen tokens has one.
    package var labelSmoothing: Double {
      switch self {
      case .likelihood: MapperTrainer.Settings().labelSmoothing
      case .cider: 0
      }
    }
  }

  /// How captions are drawn, and what is learnt from them.
  package struct SelfCritical: Sendable, Codable, Equatable {
    /// Captions drawn of each photo. The baseline of each is the mean reward of the others (Luo 2020, "A better variant of
    /// self-critical sequence training").
    package var samplesPerPhoto = 5
    /// The share of the loss that is cross-entropy of people's captions.
    package var crossEntropyWeight = 0.1
    /// In what precision the decoder's matrices multiply while captions are drawn.
    package var samplingPrecision = MatrixPrecision.f32

    package init() {}
  }

  package var kind = Kind.likelihood
  /// Where `kind` is `cider`; `nil` otherwise.
  package var selfCritical: SelfCritical?

  package init() {}
}

extension KeyedDecodingContainer {
  /// Plans that were written before there was a choice are of likelihood.
  func decode(_ type: TrainingObjective.Type, forKey key: Key) throws -> TrainingObjective {
    try decodeIfPresent(type, forKey: key) ?? TrainingObjective()
  }
}
