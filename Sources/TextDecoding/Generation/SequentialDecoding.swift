import Tensors

/// Greedy decoding and sampling: each row takes one token per step.
struct SequentialDecoding: RowDecoding {
  private let processors: [any LogitsProcessor]
  private let conditions: StopConditions
  private let choice: TokenChoice
  private var alive: [Row] = []

  private struct Row {
    let id: Int
    var progress: SequenceProgress
    var generator: Xoshiro256PlusPlus
    /// The tokens that it is fed next.
    var pending: [Int]
    /// The number of tokens that `onToken` has been notified of.
    var announced = 0
  }

  init(strategy: DecodingStrategy, processors: [any LogitsProcessor], conditions: StopConditions) {
    self.processors = processors
    self.conditions = conditions
    choice = TokenChoice(strategy)
  }

  var rowCount: Int { alive.count }

  mutating func add(id: Int, startTokens: [Int], seed: UInt64) {
    alive.append(
      Row(
        id: id, progress: SequenceProgress(startTokens: startTokens, conditions: conditions),
        generator: Xoshiro256PlusPlus(seed: choice.seed, stream: seed), pending: startTokens))
  }

  mutating func step<Stepper: TokenStepper>(
    _ stepper: inout Stepper, onToken: ((GeneratedToken) throws -> Void)?
  ) throws -> [FinishedRow] {
    var kept: [Int] = []
    var finished: [FinishedRow] = []
    try stepper.step(alive.map(\.pending)) { position, scores in
      do throws(GenerationError) {
        let (token, reason) = try advance(&alive[position], scores: scores)
        alive[position].pending = [token]
        if let reason {
          let progress = alive[position].progress
          let sequence = progress.finished(reason, score: choice.score(progress))
          finished.append(FinishedRow(id: alive[position].id, result: .success(sequence)))
        } else {
          kept.append(position)
        }
      } catch {
        finished.append(FinishedRow(id: alive[position].id, result: .failure(error)))
        return
      }
      try announce(position, finished: kept.last == position ? nil : finished.last, onToken: onToken)
    }
    if kept.count < alive.count {
      alive = kept.map { alive[$0] }
      stepper.select(rows: kept)
    }
    return finished
  }

  /// Takes the row's next token. Where none is left, the token has no meaning.
  private func advance(
    _ row: inout Row, scores: UnsafeMutableBufferPointer<Float>
  ) throws(GenerationError) -> (token: Int, reason: FinishReason?) {
    let step = row.progress.history.newCount + 1
    guard let statistics = ScoreStatistics(UnsafeBufferPointer(scores)) else {
      throw GenerationError.logitsNotFinite(row: row.id, step: step)
    }
    var editable = EditableScores(scores)
    for processor in processors { processor.process(&editable, history: row.progress.history) }
    guard let token = choice.choose(editable, statistics: statistics, using: &row.generator) else {
      guard step > 1 else { throw GenerationError.everyTokenMasked(row: row.id) }
      return (0, .noTokenLeft)
    }
    let logProbability = Double(editable.original(token)) - statistics.logSumExp
    return (token, row.progress.append(token, logProbability: logProbability, conditions: conditions))
  }

  /// Notifies `onToken` of the tokens that are certain to be text.
  private mutating func announce(
    _ position: Int, finished: FinishedRow?, onToken: ((GeneratedToken) throws -> Void)?
  ) throws {
    guard let onToken else { return }
    let row = alive[position]
    let count =
      try finished?.result.get().textTokens.count ?? row.progress.settledTokenCount(conditions: conditions)
    guard row.announced < count else { return }
    let tokens = row.progress.history.tokens
    let start = row.progress.history.startCount
    for place in row.announced..<count {
      try onToken(
        GeneratedToken(row: row.id, token: tokens[start + place], logProbability: row.progress.logProbabilities[place]))
    }
    alive[position].announced = count
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
