/// Beam search with the semantics of transformers 5's `_beam_search`, each row as in a batch of its own.
///
/// One thing is different: where a row has fewer possible continuations than beams (a tiny vocabulary), transformers
/// fills up with copies of score -1e9; here there are just fewer beams, and maybe fewer hypotheses.
struct BeamSearch {
  let width: Int
  let lengthPenalty: Double
  let earlyStopping: DecodingStrategy.EarlyStopping
  let returnSequences: Int
  let processors: [any LogitsProcessor]
  let conditions: StopConditions

  /// Enough continuations that `width` are left even where every beam's likeliest ones are all stop tokens.
  var candidateCount: Int { max(2, 1 + conditions.stopTokens.count) * width }

  func run<Stepper: TokenStepper>(
    _ stepper: consuming Stepper, startTokens: [[Int]], onToken: ((GeneratedToken) throws -> Void)?
  ) throws -> [GeneratedSequence] {
    var alive = startTokens.enumerated().map { index, tokens in
      BeamRow(index: index, startTokens: tokens, search: self)
    }
    var finished = [GeneratedSequence?](repeating: nil, count: alive.count)
    var pending = startTokens
    while !alive.isEmpty {
      try offerContinuations(of: &alive, to: &stepper, tokens: pending)
      var parents: [Int] = []
      var first = 0
      pending = []
      for position in alive.indices {
        let beamCount = alive[position].beams.count
        if let sequence = try alive[position].advance(self) {
          finished[alive[position].index] = sequence
          try announce(sequence, row: alive[position].index, onToken: onToken)
        } else {
          for beam in alive[position].beams {
            parents.append(first + beam.parent)
            pending.append([beam.lastToken])
          }
        }
        first += beamCount
      }
      alive.removeAll { finished[$0.index] != nil }
      if !alive.isEmpty, parents != Array(0..<first) { stepper.select(rows: parents) }
    }
    return finished.compactMap { $0 }
  }

  /// Feeds the beams of all rows, which lie behind one another in the batch.
  private func offerContinuations<Stepper: TokenStepper>(
    of rows: inout [BeamRow], to stepper: inout Stepper, tokens: [[Int]]
  ) throws {
    let places = rows.indices.flatMap { row in rows[row].beams.indices.map { (row: row, beam: $0) } }
    try stepper.step(tokens) { position, scores in
      let place = places[position]
      try rows[place.row].offerContinuations(of: place.beam, scores: scores, processors: processors)
    }
  }

  private func announce(
    _ sequence: GeneratedSequence, row: Int, onToken: ((GeneratedToken) throws -> Void)?
  ) throws {
    guard let onToken else { return }
    for (token, logProbability) in zip(sequence.textTokens, sequence.tokenLogProbabilities) {
      try onToken(GeneratedToken(row: row, token: token, logProbability: logProbability))
    }
  }
}
