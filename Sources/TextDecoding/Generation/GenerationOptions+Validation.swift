extension GenerationOptions {
  static let widestBeam = 256
  /// Below this range sampling is greedy up to rounding; above it, uniform for any model.
  static let temperatures = 1e-3...1e3
  /// Keeps `length ^ penalty` far from overflow for any length.
  static let lengthPenalties = -8.0...8.0

  /// Checks every option by itself and against the others.
  ///
  /// - Throws: `GenerationError.invalidOption` for the first one that is outside of its range.
  package func validate() throws(GenerationError) {
    try Self.require(
      repetitionPenalty.isFinite && repetitionPenalty > 0, "repetitionPenalty", repetitionPenalty, "a number above 0")
    try Self.require(noRepeatNGramSize >= 0, "noRepeatNGramSize", noRepeatNGramSize, "0 (off) or more")
    try Self.require(maximumNewTokens >= 1, "maximumNewTokens", maximumNewTokens, "1 or more")
    try Self.require(
      (0...maximumNewTokens).contains(minimumNewTokens), "minimumNewTokens", minimumNewTokens,
      "0 to maximumNewTokens (\(maximumNewTokens))")
    for token in stopTokens {
      try Self.require(token >= 0, "stopTokens", token, "token numbers of 0 or more")
    }
    try Self.require(!stopStrings.contains(""), "stopStrings", "\"\"", "strings of at least one character")
    try strategy.validate()
  }

  fileprivate static func require(_ holds: Bool, _ name: String, _ value: some Any, _ allowed: String)
    throws(GenerationError)
  {
    if !holds { throw GenerationError.invalidOption(name: name, value: "\(value)", allowed: allowed) }
  }
}

extension DecodingStrategy {
  fileprivate func validate() throws(GenerationError) {
    switch self {
    case .greedy:
      break
    case .beam(let width, let lengthPenalty, _, let returnSequences):
      let widths = 1...GenerationOptions.widestBeam
      try GenerationOptions.require(widths.contains(width), "beam.width", width, "1 to \(widths.upperBound)")
      let penalties = GenerationOptions.lengthPenalties
      try GenerationOptions.require(
        penalties.contains(lengthPenalty), "beam.lengthPenalty", lengthPenalty,
        "a number from \(penalties.lowerBound) to \(penalties.upperBound)")
      try GenerationOptions.require(
        (1...width).contains(returnSequences), "beam.returnSequences", returnSequences, "1 to beam.width (\(width))")
    case .sample(let temperature, let topK, let topP, _):
      try GenerationOptions.require(
        GenerationOptions.temperatures.contains(temperature), "sample.temperature", temperature,
        "a number from 0.001 to 1000, or use the greedy strategy")
      if let topK { try GenerationOptions.require(topK >= 1, "sample.topK", topK, "1 or more, or nothing") }
      if let topP {
        try GenerationOptions.require(topP > 0 && topP <= 1, "sample.topP", topP, "a number above 0, at most 1")
      }
    }
  }
}
