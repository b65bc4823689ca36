import Foundation

/// The inputs and targets of a text task: lines of JSON `{"input": …, "target": …}`, with an optional `split`.
package struct TextPairs: Sendable {
  package struct Pair: Sendable, Equatable {
    /// The place of the pair as `file:line`.
    package let place: String
    package let input, target: String
    /// The split that the file gives; `nil` where it gives none.
    package let split: Split?
  }

  package let pairs: [Pair]

  private static let format = "lines of JSON with input and target"

  private struct Line: Decodable {
    let input, target: String
    let split: String?
  }

  /// - Throws: `DatasetError.cannotRead`; `.malformed` with the line that is no such object, or has a blank input or
  ///   target; `.unknownSplit`, `.noSamples`.
  package init(path: String) throws(DatasetError) {
    var reader = try LineReader(path: path)
    var pairs: [Pair] = []
    let decoder = JSONDecoder()
    while let line = try reader.next() {
      if line.isBlank { continue }
      let place = reader.place(line.number)
      let found: Line
      do {
        found = try decoder.decode(Line.self, from: Data(line.bytes))
      } catch {
        let fault = JSONSyntax.fault(in: line.bytes)
        throw .malformed(
          path: place, format: Self.format,
          problem: fault.map { "it is not valid JSON at \($0.place(in: line.bytes)): \($0.problem)" }
            ?? "it is no object with the texts input and target")
      }
      for (key, text) in [("input", found.input), ("target", found.target)]
      where text.allSatisfy(\.isWhitespace) {
        throw .malformed(path: place, format: Self.format, problem: "\(key) is blank")
      }
      var split: Split?
      if let name = found.split {
        split = Split(named: name)
        if split == nil { throw .unknownSplit(place: place, name: name) }
      }
      pairs.append(Pair(place: place, input: found.input, target: found.target, split: split))
    }
    if pairs.isEmpty { throw .noSamples(path: path, format: Self.format) }
    self.pairs = pairs
  }
}
