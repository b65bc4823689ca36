/// One row of the batch in beam search: its beams, and what has finished.
struct BeamRow {
  let id: Int
  private(set) var beams: [Beam]
  private var hypotheses: BeamHypotheses
  /// The best continuations of this step; their index is beam · vocabulary size + token.
  private var continuations: LargestScores
  private var vocabularySize = 1
  /// The model's own scores of each beam where processors changed them.
  private var originals: [EditableScores.Originals] = []

  struct Beam {
    var progress: SequenceProgress
    /// The sum of log-probabilities after processing.
    var logProbability: Double
    /// Which beam of the previous step it continues.
    var parent: Int
    /// The tokens that it is fed next.
    var pending: [Int]
  }

  init(id: Int, startTokens: [Int], settings: BeamSearch.Settings) {
    self.id = id
    let progress = SequenceProgress(startTokens: startTokens, conditions: settings.conditions)
    beams = [Beam(progress: progress, logProbability: 0, parent: 0, pending: startTokens)]
    hypotheses = BeamHypotheses(capacity: settings.width)
    continuations = LargestScores(capacity: settings.candidateCount)
  }

  /// Takes in the logits of one beam. It is called for all beams in turn, and then `advance`.
  mutating func offerContinuations(
    of beam: Int, scores: UnsafeMutableBufferPointer<Float>, processors: [any LogitsProcessor]
  ) throws(GenerationError) {
    let history = beams[beam].progress.history
    guard let statistics = ScoreStatistics(UnsafeBufferPointer(scores)) else {
      throw GenerationError.logitsNotFinite(row: id, step: history.newCount + 1)
    }
    vocabularySize = scores.count
    var offset = beams[beam].logProbability - statistics.logSumExp
    if !processors.isEmpty {
      // In beam search, processors see log-probabilities, not logits: so a penalty acts differently than in greedy
      // decoding.
      let logSumExp = Float(statistics.logSumExp)
      for token in scores.indices { scores[token] -= logSumExp }
      offset = beams[beam].logProbability
      var editable = EditableScores(scores)
      for processor in processors { processor.process(&editable, history: history) }
      originals.append(editable.originals)
    }
    continuations.offer(UnsafeBufferPointer(scores), plus: offset, base: beam * vocabularySize)
  }

  /// Chooses the next beams among the continuations offered.
  ///
  /// - Returns: the best hypothesis, where the row ends here.
  mutating func advance(_ settings: BeamSearch.Settings) throws(GenerationError) -> GeneratedSequence? {
    let candidates = continuations.sorted()
    var next: [Beam] = []
    for (rank, candidate) in candidates.enumerated() {
      guard next.count < settings.width || rank < settings.width else { break }
      let (beam, reason) = continuation(candidate, conditions: settings.conditions)
      guard let reason else {
        if next.count < settings.width { next.append(beam) }
        continue
      }
      // Candidates beyond the width were kept only so that enough beams can go on.
      if rank < settings.width { finish(beam, reason: reason, settings: settings) }
    }
    continuations.removeAll()
    originals.removeAll(keepingCapacity: true)
    if candidates.isEmpty {
      guard beams.contains(where: { $0.progress.history.newCount > 0 }) else {
        throw GenerationError.everyTokenMasked(row: id)
      }
      for beam in beams { finish(beam, reason: .noTokenLeft, settings: settings) }
    }
    beams = next
    return canImprove(settings) ? nil : best(settings.returnSequences)
  }

  private func continuation(
    _ candidate: LargestScores.Entry, conditions: StopConditions
  ) -> (beam: Beam, reason: FinishReason?) {
    let (parent, token) = candidate.index.quotientAndRemainder(dividingBy: vocabularySize)
    var progress = beams[parent].progress
    let changed = originals.isEmpty ? nil : originals[parent].first { $0.token == token }
    let logProbability = changed.map { Double($0.score) } ?? candidate.score - beams[parent].logProbability
    let reason = progress.append(token, logProbability: logProbability, conditions: conditions)
    let beam = Beam(progress: progress, logProbability: candidate.score, parent: parent, pending: [token])
    return (beam, reason)
  }

  private mutating func finish(_ beam: Beam, reason: FinishReason, settings: BeamSearch.Settings) {
    let score = BeamHypotheses.score(
      logProbability: beam.logProbability, length: beam.progress.history.newCount, penalty: settings.lengthPenalty)
    hypotheses.insert(beam.progress.finished(reason, score: score), score: score)
  }

  /// Whether further steps may still change the hypotheses, by the rule of `earlyStopping`.
  private func canImprove(_ settings: BeamSearch.Settings) -> Bool {
    guard let best = beams.first else { return false }
    guard hypotheses.isFull else { return true }
    let length: Int
    switch settings.earlyStopping {
    case .whenComplete:
      return false
    case .never where settings.lengthPenalty > 0:
      length = settings.conditions.maximumNewTokens
    case .never, .heuristic:
      length = best.progress.history.newCount
    }
    let reachable = BeamHypotheses.score(
      logProbability: best.logProbability, length: length, penalty: settings.lengthPenalty)
    return reachable > hypotheses.worstScore
  }

  private func best(_ count: Int) -> GeneratedSequence? {
    guard var best = hypotheses.sequences.first else { return nil }
    best.alternatives = Array(hypotheses.sequences.dropFirst().prefix(count - 1))
    return best
  }
}
