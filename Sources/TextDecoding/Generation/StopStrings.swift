/// Strings looked for in UTF-8 bytes.
struct StopStrings: Sendable {
  private let patterns: [[UInt8]]
  let longest: Int

  init(_ strings: [String]) {
    patterns = strings.map { Array($0.utf8) }
    longest = patterns.map(\.count).max() ?? 0
  }

  /// The index where the first complete one begins, at `start` or later.
  func firstMatch(in bytes: [UInt8], from start: Int) -> Int? {
    guard !patterns.isEmpty else { return nil }
    return (start..<max(start, bytes.count)).first { place in
      patterns.contains { bytes[place...].starts(with: $0) }
    }
  }

  /// The length of the longest suffix of `bytes` that begins, but does not complete, one of the strings.
  func unfinishedMatch(atEndOf bytes: [UInt8]) -> Int {
    let lengths = 0..<min(max(longest, 1), bytes.count + 1)
    return lengths.last { length in
      length == 0 || patterns.contains { $0.count > length && $0.starts(with: bytes.suffix(length)) }
    } ?? 0
  }
}
