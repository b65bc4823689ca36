package import Tensors

/// The recipe: all that determines the numbers of a run, given its data. It is written to `run.json`, to checkpoints,
/// and with the trained mapper; a run is resumed only with the plan that it was begun with.
package struct TrainingPlan: Sendable, Codable, Equatable {
  /// The kind and size of the mapper.
  package struct Mapper: Sendable, Codable, Equatable {
    package var family = "resampler"
    /// The number of positions of the prefix.
    package var prefixLength = 16
    /// The width of the mapper's hidden states.
    package var width = 512
    package var depth = 2
    package var heads = 8
    /// The initial base of the prefix: `prompt`, `zeros` or `random`.
    package var baseInitialization = "prompt"
    /// The text whose keys and values are the initial base.
    package var prompt: String?
    /// Width of the network that a static prefix is trained through; `nil` where it is trained directly.
    package var reparameterization: Int?
    /// SHA-256 of the mapper that training continues from; `nil` for a fresh one.
    package var startsFrom: String?

    package init() {}
  }

  /// The frozen models around the mapper.
  package struct FrozenModels: Sendable, Codable, Equatable {
    /// SHA-256 of the models' weights; of several encoders, the first.
    package var encoder = ""
    /// SHA-256 of the other encoders after the first, in order; `nil` where there is only one.
    package var furtherEncoders: [String]?
    package var decoder = ""
    /// The features that the mapper reads: `10:class,10:8x8`, or `dinov2:10:8x8,efficientnet-lite:pooled`.
    package var features = ""

    package init() {}
  }

  package struct Validation: Sendable, Codable, Equatable {
    /// The number of steps between validations; the last step has one, too.
    package var interval = 250
    /// The number of photos whose first captions give the loss.
    package var lossImages = 256
    /// The number of photos that are captioned and scored; 0 is all, -1 none.
    package var scoredImages = 0
    /// The number of validations without a better score after which training stops; 0 is never.
    package var patience = 0

    package init() {}
  }

  /// One of several datasets of a run.
  package struct Dataset: Sendable, Codable, Equatable {
    package var name: String
    /// How often a photo of it is drawn, relative to one of a dataset of weight 1.
    package var weight: Double
    package var trainImages = 0
    package var trainCaptions = 0
    package var validationImages = 0

    package init(name: String, weight: Double) {
      self.name = name
      self.weight = weight
    }
  }

  /// The training data and what was done to captions, for readers of the recipe.
  package struct Data: Sendable, Codable, Equatable {
    package var trainImages = 0
    package var trainCaptions = 0
    package var validationImages = 0
    /// The datasets in the order of the examples; `nil` where there is only one.
    package var datasets: [Dataset]?
    package var cleaning = "sentence"
    /// The augmentation of the variants of photos that batches draw from: `color,crop`; `nil` where there are none.
    package var augmentation: String?
    /// How an input is written before its target, where texts are the task; `nil` for captions.
    package var template: String?
    /// SHA-256 over all images' hashes and caption tokens, in order.
    package var fingerprint = ""

    package init() {}
  }

  package var mapper = Mapper()
  package var objective = TrainingObjective()
  package var models = FrozenModels()
  package var trainer = MapperTrainer.Settings()
  package var schedule = LearningRateSchedule()
  package var batches = BatchSampler.Settings()
  /// The number of batches whose gradients make one step.
  package var accumulation = 1
  package var steps = 0
  /// The precision of the frozen decoder's matrices.
  package var precision = MatrixPrecision.f32
  package var validation = Validation()
  package var data = Data()

  package init() {}

  /// The sampler that draws batches from the training examples.
  ///
  /// - Parameter captionCounts: the number of captions of each example.
  package func sampler(captionCounts: [Int]) -> BatchSampler {
    let parts = (data.datasets ?? []).map { SampledPart.Size(count: $0.trainImages, weight: $0.weight) }
    return BatchSampler(batches, captionCounts: captionCounts, parts: parts)
  }

  /// The differences of two plans, such as `schedule.peak: 0.001, now 0.002`.
  package func differences(to other: TrainingPlan) -> [String] {
    let (mine, theirs) = (Self.flattened(self), Self.flattened(other))
    return Set(mine.keys).union(theirs.keys).sorted().compactMap { key in
      mine[key] == theirs[key] ? nil : "\(key): \(mine[key] ?? "none"), now \(theirs[key] ?? "none")"
    }
  }

  private static func flattened(_ value: Any, _ path: String = "") -> [String: String] {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional {
      return mirror.children.first.map { flattened($0.value, path) } ?? [:]
    }
    guard mirror.displayStyle == .struct, !mirror.children.isEmpty else { return [path: "\(value)"] }
    return mirror.children.reduce(into: [:]) { all, child in
      let key = [path, child.label ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
      all.merge(flattened(child.value, key)) { $1 }
    }
  }
}
