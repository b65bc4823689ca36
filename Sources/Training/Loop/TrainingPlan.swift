public import Tensors

/// All that decides the numbers of a run, given its data: the recipe. Written to `run.json`, to checkpoints, and with the
/// trained mapper; a run is resumed only with the plan that it was begun with.
public struct TrainingPlan: Sendable, Codable, Equatable {
  /// What kind of mapper, and how large.
  public struct Mapper: Sendable, Codable, Equatable {
    public var family = "resampler"
    /// Positions of the prefix.
    public var prefixLength = 16
    /// Of the mapper's own hidden states.
    public var width = 512
    public var depth = 2
    public var heads = 8
    /// What the prefix's base begins as: `prompt`, `zeros` or `random`.
    public var baseInitialization = "prompt"
    /// The text whose keys and values the base begins as.
    public var prompt: String?
    /// Width of the network that a static prefix is trained through; `nil` where it is trained directly.
    public var reparameterization: Int?
    /// SHA-256 of the mapper that training goes on from; `nil` for a fresh one.
    public var startsFrom: String?

    public init() {}
  }

  /// What the mapper stands between.
  public struct FrozenModels: Sendable, Codable, Equatable {
    /// SHA-256 of their weights; of several encoders, the first.
    public var encoder = ""
    /// Those behind the first, in order; `nil` where there is but one.
    public var furtherEncoders: [String]?
    public var decoder = ""
    /// What the mapper reads of the encoders: `10:class,10:8x8`, or `dinov2:10:8x8,efficientnet-lite:pooled`.
    public var features = ""

    public init() {}
  }

  public struct Validation: Sendable, Codable, Equatable {
    /// Steps between validations; the last step has one, too.
    public var interval = 250
    /// The first captions of so many photos give the loss.
    public var lossImages = 256
    /// So many photos are captioned and scored; 0 is all, -1 none.
    public var scoredImages = 0
    /// Stop after so many validations without a better score; 0 never.
    public var patience = 0

    public init() {}
  }

  /// One of several datasets of a run.
  public struct Dataset: Sendable, Codable, Equatable {
    public var name: String
    /// How often a photo of it is drawn, beside one of a dataset of weight 1.
    public var weight: Double
    public var trainImages = 0
    public var trainCaptions = 0
    public var validationImages = 0

    public init(name: String, weight: Double) {
      self.name = name
      self.weight = weight
    }
  }

  /// What the encoder gives and what was done to captions, for whoever reads the recipe.
  public struct Data: Sendable, Codable, Equatable {
    public var trainImages = 0
    public var trainCaptions = 0
    public var validationImages = 0
    /// In the order of the examples; `nil` where there is one.
    public var datasets: [Dataset]?
    public var cleaning = "sentence"
    /// What is done to the variants of photos that batches draw from: `color,crop`; `nil` where there are none.
    public var augmentation: String?
    /// How an input is written before its target, where texts are the task; `nil` for captions.
    public var template: String?
    /// SHA-256 over all images' hashes and caption tokens, in order.
    public var fingerprint = ""

    public init() {}
  }

  public var mapper = Mapper()
  public var objective = TrainingObjective()
  public var models = FrozenModels()
  public var trainer = MapperTrainer.Settings()
  public var schedule = LearningRateSchedule()
  public var batches = BatchSampler.Settings()
  /// Batches whose gradients make one step.
  public var accumulation = 1
  public var steps = 0
  /// Of the frozen decoder's matrices.
  public var precision = MatrixPrecision.f32
  public var validation = Validation()
  public var data = Data()

  public init() {}

  /// What is drawn from the training examples.
  ///
  /// - Parameter captionCounts: of each.
  public func sampler(captionCounts: [Int]) -> BatchSampler {
    let parts = (data.datasets ?? []).map { SampledPart.Size(count: $0.trainImages, weight: $0.weight) }
    return BatchSampler(batches, captionCounts: captionCounts, parts: parts)
  }

  /// Where two plans differ, as `schedule.peak: 0.001, now 0.002`.
  public func differences(to other: TrainingPlan) -> [String] {
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
