/// Beam search with the semantics of transformers 5's `_beam_search`, each row as in a batch of its own.
///
/// One thing is different. Where a row has fewer possible continuations than beams (a tiny vocabulary), transformers
/// adds copies of score -1e9; here there are just fewer beams, and maybe fewer hypotheses.
struct BeamSearch: RowDecoding {
  struct Settings {
    let width: Int
    let lengthPenalty: Double
    let earlyStopping: DecodingStrategy.EarlyStopping
    let returnSequences: Int
    let processors: [any LogitsProcessor]
    let conditions: StopConditions

    /// Enough continuations to leave `width` of them even where the likeliest ones of every beam are all stop tokens.
    var candidateCount: Int { max(2, 1 + conditions.stopTokens.count) * width }
  }

  private let settings: Settings
  private var alive: [BeamRow] = []

  init(_ settings: Settings) {
    self.settings = settings
  }

  var rowCount: Int { alive.count }

  mutating func add(id: Int, startTokens: [Int], seed: UInt64) {
    alive.append(BeamRow(id: id, startTokens: startTokens, settings: settings))
  }

  mutating func step<Stepper: TokenStepper>(
    _ stepper: inout Stepper, onToken: ((GeneratedToken) throws -> Void)?
  ) throws -> [FinishedRow] {
    var failures = try offerContinuations(to: &stepper)
    // The batch holds the beams of all rows one after the other; new beam i continues `parents[i]`.
    var parents: [Int] = []
    var finished: [FinishedRow] = []
    var first = 0
    for position in alive.indices {
      let id = alive[position].id
      let beamCount = alive[position].beams.count
      do throws(GenerationError) {
        if let failure = failures.removeValue(forKey: position) { throw failure }
        if let sequence = try alive[position].advance(settings) {
          finished.append(FinishedRow(id: id, result: .success(sequence)))
        } else {
          parents += alive[position].beams.map { first + $0.parent }
        }
      } catch {
        finished.append(FinishedRow(id: id, result: .failure(error)))
      }
      first += beamCount
    }
    let ended = Set(finished.map(\.id))
    alive.removeAll { ended.contains($0.id) }
    if parents != Array(0..<first) { stepper.select(rows: parents) }
    for row in finished { try announce(row, onToken: onToken) }
    return finished
  }

  /// Feeds all beams.
  ///
  /// - Returns: the errors, by the row's index.
  private mutating func offerContinuations<Stepper: TokenStepper>(
    to stepper: inout Stepper
  ) throws -> [Int: GenerationError] {
    let places = alive.indices.flatMap { row in alive[row].beams.indices.map { (row: row, beam: $0) } }
    var failures: [Int: GenerationError] = [:]
    try stepper.step(alive.flatMap { $0.beams.map(\.pending) }) { position, scores in
      let place = places[position]
      do throws(GenerationError) {
        try alive[place.row].offerContinuations(of: place.beam, scores: scores, processors: settings.processors)
      } catch {
        failures[place.row] = error
      }
    }
    return failures
  }

  private func announce(_ row: FinishedRow, onToken: ((GeneratedToken) throws -> Void)?) throws {
    guard let onToken, case .success(let sequence) = row.result else { return }
    for (token, logProbability) in zip(sequence.textTokens, sequence.tokenLogProbabilities) {
      try onToken(GeneratedToken(row: row.id, token: token, logProbability: logProbability))
    }
  }
}
