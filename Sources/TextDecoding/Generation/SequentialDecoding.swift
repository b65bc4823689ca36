import Tensors

/// Greedy decoding and sampling: each row takes one token a step.
struct SequentialDecoding {
  let strategy: DecodingStrategy
  let processors: [any LogitsProcessor]
  let conditions: StopConditions

  private struct Row {
    let index: Int
    var progress: SequenceProgress
    var generator: Xoshiro256PlusPlus
    /// How many tokens `onToken` has been told.
    var announced = 0
  }

  func run<Stepper: TokenStepper>(
    _ stepper: consuming Stepper, startTokens: [[Int]], rowSeeds: [UInt64],
    onToken: ((GeneratedToken) throws -> Void)?
  ) throws -> [GeneratedSequence] {
    let choice = TokenChoice(strategy)
    var alive = startTokens.indices.map { index in
      Row(
        index: index, progress: SequenceProgress(startTokens: startTokens[index], conditions: conditions),
        generator: Xoshiro256PlusPlus(seed: choice.seed, stream: rowSeeds[index]))
    }
    var finished = [GeneratedSequence?](repeating: nil, count: alive.count)
    var pending = startTokens
    while !alive.isEmpty {
      var kept: [Int] = []
      var next: [[Int]] = []
      try stepper.step(pending) { position, scores in
        let advance = try advance(&alive[position], scores: scores, choice: choice)
        let row = alive[position]
        if let reason = advance.reason {
          let sequence = row.progress.finished(reason, score: choice.score(row.progress))
          finished[row.index] = sequence
          try announce(&alive[position], upTo: sequence.textTokens.count, onToken: onToken)
        } else {
          kept.append(position)
          next.append([advance.token])
          try announce(
            &alive[position], upTo: row.progress.settledTokenCount(conditions: conditions), onToken: onToken)
        }
      }
      if kept.count < alive.count {
        alive = kept.map { alive[$0] }
        if !alive.isEmpty { stepper.select(rows: kept) }
      }
      pending = next
    }
    return finished.compactMap { $0 }
  }

  /// Takes the row's next token. Where none is left the token means nothing.
  private func advance(
    _ row: inout Row, scores: UnsafeMutableBufferPointer<Float>, choice: TokenChoice
  ) throws -> (token: Int, reason: FinishReason?) {
    let step = row.progress.history.newCount + 1
    guard let statistics = ScoreStatistics(UnsafeBufferPointer(scores)) else {
      throw GenerationError.logitsNotFinite(row: row.index, step: step)
    }
    var editable = EditableScores(scores)
    for processor in processors { processor.process(&editable, history: row.progress.history) }
    guard let token = choice.choose(editable, statistics: statistics, using: &row.generator) else {
      guard step > 1 else { throw GenerationError.everyTokenMasked(row: row.index) }
      return (0, .noTokenLeft)
    }
    let logProbability = Double(editable.original(token)) - statistics.logSumExp
    return (token, row.progress.append(token, logProbability: logProbability, conditions: conditions))
  }

  private func announce(_ row: inout Row, upTo count: Int, onToken: ((GeneratedToken) throws -> Void)?) throws {
    guard let onToken, row.announced < count else { return }
    let tokens = row.progress.history.tokens
    let start = row.progress.history.startCount
    for place in row.announced..<count {
      try onToken(
        GeneratedToken(
          row: row.index, token: tokens[start + place], logProbability: row.progress.logProbabilities[place]))
    }
    row.announced = count
  }
}

/// How a token is picked from processed scores.
private struct TokenChoice {
  let seed: UInt64
  private let sampler: TokenSampler?
  private let lengthPenalty: Double?

  init(_ strategy: DecodingStrategy) {
    switch strategy {
    case .greedy:
      (seed, sampler, lengthPenalty) = (0, nil, nil)
    case .beam(_, let penalty, _, _):
      (seed, sampler, lengthPenalty) = (0, nil, penalty)
    case .sample(let temperature, let topK, let topP, let seed):
      self.seed = seed
      sampler = TokenSampler(temperature: temperature, topK: topK, topP: topP)
      lengthPenalty = nil
    }
  }

  /// - Returns: `nil` where no token is left.
  func choose(
    _ scores: EditableScores, statistics: ScoreStatistics, using generator: inout Xoshiro256PlusPlus
  ) -> Int? {
    if let sampler { return sampler.draw(scores.current, using: &generator) }
    return scores.isEdited ? ScoreStatistics.maximum(scores.current)?.index : statistics.argument
  }

  /// The score of a beam of width 1.
  func score(_ progress: SequenceProgress) -> Double? {
    lengthPenalty.map {
      BeamHypotheses.score(
        logProbability: progress.logProbabilities.reduce(0, +), length: progress.history.newCount, penalty: $0)
    }
  }
}
