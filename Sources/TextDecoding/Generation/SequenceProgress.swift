/// The state of a row, or of one of its beams, during generation.
struct SequenceProgress {
  private(set) var history: TokenHistory
  private(set) var logProbabilities: [Double] = []
  private var text: SequenceText?

  init(startTokens: [Int], conditions: StopConditions) {
    history = TokenHistory(startTokens: startTokens)
    text = conditions.tokenBytes == nil ? nil : SequenceText()
  }

  /// - Parameter logProbability: the model's own log-probability of the token.
  /// - Returns: why the row ends here, if it does.
  mutating func append(_ token: Int, logProbability: Double, conditions: StopConditions) -> FinishReason? {
    history.append(token)
    logProbabilities.append(logProbability)
    if conditions.stopTokens.contains(token) { return .stopToken }
    if let bytes = conditions.tokenBytes?(token) {
      if text?.append(bytes, stopStrings: conditions.stopStrings) == true { return .stopString }
    }
    return history.newCount >= conditions.maximumNewTokens ? .length : nil
  }

  /// How many of the new tokens are certain to be text.
  func settledTokenCount(conditions: StopConditions) -> Int {
    text?.settledTokenCount(stopStrings: conditions.stopStrings) ?? history.newCount
  }

  func finished(_ reason: FinishReason, score: Double?) -> GeneratedSequence {
    let tokens = history.newTokens
    let textCount = text?.tokenCount ?? (reason == .stopToken ? tokens.count - 1 : tokens.count)
    return GeneratedSequence(
      tokens: tokens, textTokens: Array(tokens.prefix(textCount)), textBytes: text?.bytes,
      tokenLogProbabilities: logProbabilities, finishReason: reason, score: score)
  }
}
