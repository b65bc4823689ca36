/// The conditions that end a row, and the bytes of its tokens.
struct StopConditions {
  let stopTokens: Set<Int>
  let stopStrings: StopStrings
  let maximumNewTokens: Int
  let tokenBytes: ((Int) -> [UInt8])?

  init(_ options: GenerationOptions, tokenBytes: ((Int) -> [UInt8])?) {
    stopTokens = Set(options.stopTokens)
    stopStrings = StopStrings(options.stopStrings)
    maximumNewTokens = options.maximumNewTokens
    self.tokenBytes = tokenBytes
  }
}
