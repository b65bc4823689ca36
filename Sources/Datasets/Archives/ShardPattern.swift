/// Brace patterns of shards as in WebDataset: `name-{000000..000007}.tar`, `{train,extra}-{0..3}.tar`.
package enum ShardPattern {
  static let maximumCount = 1_000_000

  /// The paths that `pattern` names, in its order.
  ///
  /// - Throws: `DatasetError.invalidPattern`.
  package static func paths(_ pattern: String) throws(DatasetError) -> [String] {
    var paths = [""]
    var rest = pattern[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw .invalidPattern(pattern: pattern, problem: "a brace is not closed")
      }
      let prefix = rest[..<open]
      let choices = try choices(rest[rest.index(after: open)..<close], of: pattern)
      guard paths.count * choices.count <= maximumCount else {
        throw .invalidPattern(pattern: pattern, problem: "it names more than \(maximumCount) files")
      }
      paths = paths.flatMap { path in choices.map { path + prefix + $0 } }
      rest = rest[rest.index(after: close)...]
    }
    return paths.map { $0 + rest }
  }

  private static func choices(_ text: Substring, of pattern: String) throws(DatasetError) -> [String] {
    guard let dots = text.firstRange(of: "..") else {
      let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard words.count > 1 else { throw .invalidPattern(pattern: pattern, problem: "'{\(text)}' is no range") }
      return words
    }
    let (first, last) = (text[..<dots.lowerBound], text[dots.upperBound...])
    guard (first + last).utf8.allSatisfy({ (0x30...0x39).contains($0) }), let low = Int(first), let high = Int(last),
      low <= high
    else { throw .invalidPattern(pattern: pattern, problem: "'{\(text)}' is no range of rising numbers") }
    guard high - low < maximumCount else {
      throw .invalidPattern(pattern: pattern, problem: "it names more than \(maximumCount) files")
    }
    return (low...high).map { number in
      let digits = String(number)
      return String(repeating: "0", count: max(0, first.utf8.count - digits.utf8.count)) + digits
    }
  }
}
