/// The text of a row as its tokens arrive, checked for stop strings.
struct SequenceText {
  private(set) var bytes: [UInt8] = []
  /// The length of the text after each token.
  private var ends: [Int] = []

  /// Adds a token's bytes. Where that completes a stop string, the text is cut before the one that begins first.
  ///
  /// - Returns: whether the text was cut.
  mutating func append(_ tokenBytes: [UInt8], stopStrings: StopStrings) -> Bool {
    let old = bytes.count
    bytes.append(contentsOf: tokenBytes)
    ends.append(bytes.count)
    guard let cut = stopStrings.firstMatch(in: bytes, from: max(0, old - stopStrings.longest + 1)) else { return false }
    bytes.removeSubrange(cut...)
    while let end = ends.last, end > cut { ends.removeLast() }
    return true
  }

  /// The number of tokens that lie wholly in the text, up to a cut.
  var tokenCount: Int { ends.count }

  /// How many of them no stop string can remove any more.
  func settledTokenCount(stopStrings: StopStrings) -> Int {
    let settled = bytes.count - stopStrings.unfinishedMatch(atEndOf: bytes)
    var count = ends.count
    while count > 0, ends[count - 1] > settled { count -= 1 }
    return count
  }
}
