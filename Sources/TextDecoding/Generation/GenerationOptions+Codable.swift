// Written by hand, not by the compiler, so that an option left out of a file has its default value.

extension GenerationOptions: Codable {
  private enum CodingKeys: String, CodingKey {
    case strategy, repetitionPenalty, noRepeatNGramSize, minimumNewTokens, maximumNewTokens, stopTokens, stopStrings
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    strategy = try values.decodeIfPresent(DecodingStrategy.self, forKey: .strategy) ?? strategy
    repetitionPenalty = try values.decodeIfPresent(Double.self, forKey: .repetitionPenalty) ?? repetitionPenalty
    noRepeatNGramSize = try values.decodeIfPresent(Int.self, forKey: .noRepeatNGramSize) ?? noRepeatNGramSize
    minimumNewTokens = try values.decodeIfPresent(Int.self, forKey: .minimumNewTokens) ?? minimumNewTokens
    maximumNewTokens = try values.decodeIfPresent(Int.self, forKey: .maximumNewTokens) ?? maximumNewTokens
    stopTokens = try values.decodeIfPresent([Int].self, forKey: .stopTokens) ?? stopTokens
    stopStrings = try values.decodeIfPresent([String].self, forKey: .stopStrings) ?? stopStrings
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(strategy, forKey: .strategy)
    try values.encode(repetitionPenalty, forKey: .repetitionPenalty)
    try values.encode(noRepeatNGramSize, forKey: .noRepeatNGramSize)
    try values.encode(minimumNewTokens, forKey: .minimumNewTokens)
    try values.encode(maximumNewTokens, forKey: .maximumNewTokens)
    try values.encode(stopTokens, forKey: .stopTokens)
    try values.encode(stopStrings, forKey: .stopStrings)
  }
}

/// `{"name": "greedy"}`, `{"name": "beam", "width": 5}`, `{"name": "sample", "temperature": 0.7}`.
extension DecodingStrategy: Codable {
  private enum Name: String, Codable {
    case greedy, beam, sample
  }

  private enum CodingKeys: String, CodingKey {
    case name
    case width, lengthPenalty, earlyStopping, returnSequences
    case temperature, topK, topP, seed
  }

  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    switch try values.decode(Name.self, forKey: .name) {
    case .greedy:
      self = .greedy
    case .beam:
      self = .beam(
        width: try values.decode(Int.self, forKey: .width),
        lengthPenalty: try values.decodeIfPresent(Double.self, forKey: .lengthPenalty) ?? 1,
        earlyStopping: try values.decodeIfPresent(EarlyStopping.self, forKey: .earlyStopping) ?? .heuristic,
        returnSequences: try values.decodeIfPresent(Int.self, forKey: .returnSequences) ?? 1)
    case .sample:
      self = .sample(
        temperature: try values.decodeIfPresent(Double.self, forKey: .temperature) ?? 1,
        topK: try values.decodeIfPresent(Int.self, forKey: .topK),
        topP: try values.decodeIfPresent(Double.self, forKey: .topP),
        seed: try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? 0)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .greedy:
      try values.encode(Name.greedy, forKey: .name)
    case .beam(let width, let lengthPenalty, let earlyStopping, let returnSequences):
      try values.encode(Name.beam, forKey: .name)
      try values.encode(width, forKey: .width)
      try values.encode(lengthPenalty, forKey: .lengthPenalty)
      try values.encode(earlyStopping, forKey: .earlyStopping)
      try values.encode(returnSequences, forKey: .returnSequences)
    case .sample(let temperature, let topK, let topP, let seed):
      try values.encode(Name.sample, forKey: .name)
      try values.encode(temperature, forKey: .temperature)
      try values.encodeIfPresent(topK, forKey: .topK)
      try values.encodeIfPresent(topP, forKey: .topP)
      try values.encode(seed, forKey: .seed)
    }
  }
}
