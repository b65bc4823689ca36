import Tensors

/// What the `config.json`s of several decoder families say in the same way.
extension JSONConfiguration {
  /// The base of rotary positions, how they are scaled, and what share of a head is rotated.
  ///
  /// Older files have `rope_theta` and `rope_scaling`; transformers 5 writes both as `rope_parameters`.
  ///
  /// - Parameters:
  ///   - partial: whether the family may rotate a part of each head.
  ///   - fallback: the base where the file names none.
  func rotaryPositions(
    partial: Bool, default fallback: Double = 10_000
  ) throws(ModelFileError) -> (theta: Double, scaling: RotaryEmbedding.Scaling, share: Double?) {
    var (theta, share): (Double?, Double?) = (nil, nil)
    var scaling = RotaryEmbedding.Scaling.none
    for key in ["rope_parameters", "rope_scaling"] {
      guard let rope = try objectIfPresent(key) else { continue }
      if let factor = try rope.floatIfPresent("partial_rotary_factor") {
        guard partial || factor == 1 else {
          throw rope.invalid("partial_rotary_factor", "is not 1: partly rotated heads are not supported here")
        }
        share = try rope.positiveFloat("partial_rotary_factor", atMost: 1)
      }
      if try rope.floatIfPresent("rope_theta") != nil { theta = try rope.positiveFloat("rope_theta", atMost: 1e12) }
      let found = try rope.scaling()
      if found != .none { scaling = found }
    }
    let older = try positiveFloat("rope_theta", atMost: 1e12, default: fallback)
    return (theta ?? older, scaling, share)
  }

  /// The scaling that an object `rope_parameters` or `rope_scaling` describes.
  func scaling() throws(ModelFileError) -> RotaryEmbedding.Scaling {
    // The type was called `type` before it was called `rope_type`.
    let key = try stringIfPresent("rope_type") == nil ? "type" : "rope_type"
    switch try stringIfPresent(key) ?? "default" {
    case "default": return .none
    case "linear": return .linear(factor: try positiveFloat("factor", atMost: 1e6))
    case "llama3":
      let low = try positiveFloat("low_freq_factor", atMost: 1e6)
      let high = try positiveFloat("high_freq_factor", atMost: 1e6)
      guard high > low else { throw invalid("high_freq_factor", "is \(high), not above low_freq_factor, \(low)") }
      return .llama3(
        factor: try positiveFloat("factor", atMost: 1e6), lowFactor: low, highFactor: high,
        originalPositions: try positiveFloat("original_max_position_embeddings", atMost: 1e9))
    case let other:
      throw invalid(key, "is '\(other.prefix(60))', and only default, linear and llama3 are supported here")
    }
  }

  /// Which layers see a window of positions only, as newer files list them; `nil` where the file does not.
  func slidingLayers(count: Int) throws(ModelFileError) -> [Bool]? {
    guard let types = try stringsIfPresent("layer_types") else { return nil }
    guard types.count == count else {
      throw invalid("layer_types", "has \(types.count) entries for \(count) layers")
    }
    var slides: [Bool] = []
    for type in types {
      switch type {
      case "sliding_attention": slides.append(true)
      case "full_attention": slides.append(false)
      default: throw invalid("layer_types", "holds '\(type.prefix(60))', neither sliding_attention nor full_attention")
      }
    }
    return slides
  }
}
