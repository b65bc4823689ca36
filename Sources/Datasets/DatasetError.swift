/// Why a dataset cannot be used at all. A problem of a single sample is a `DamagedSample`.
package enum DatasetError: Error, Equatable, Sendable {
  /// The file cannot be read; the reason is the system's words, or what is wrong with the file as a whole.
  case cannotRead(path: String, reason: String)
  /// The path holds no known format.
  case unknownFormat(path: String, found: String)
  /// The file begins like its format but breaks the format's rules.
  case malformed(path: String, format: String, problem: String)
  /// A directory holds several files that may each be the dataset.
  case ambiguous(path: String, candidates: [String])
  /// A pattern such as `name-{000..007}.tar` has wrong braces, or names too many files.
  case invalidPattern(pattern: String, problem: String)
  /// A split has an unknown name; `place` is a file, with a line where there are lines.
  case unknownSplit(place: String, name: String)
  /// The format is known, but there is nothing in it.
  case noSamples(path: String, format: String)
  /// More samples are damaged than was allowed.
  case tooMuchDamage(damaged: [DamagedSample], sampleCount: Int, maximumShare: Percentage)
}

extension DatasetError: CustomStringConvertible {
  /// The number of damaged samples that are listed.
  private static let listedCount = 20

  package var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "\(path): cannot be read: \(reason); check the path and its permissions, or copy it again"
    case .unknownFormat(let path, let found):
      "\(path): is no known kind of dataset: found \(found); known are:\n"
        + DatasetFormats.all.map { "  - \($0.name): \($0.summary)" }.joined(separator: "\n")
    case .malformed(let path, let format, let problem):
      "\(path): not valid as \(format): \(problem); it is damaged or incomplete: fetch or export it again"
    case .ambiguous(let path, let candidates):
      "\(path): holds several datasets (\(candidates.joined(separator: ", "))); give the path of one of them"
    case .invalidPattern(let pattern, let problem):
      "\(pattern): \(problem); write a range such as name-{000000..000007}.tar"
    case .unknownSplit(let place, let name):
      "\(place): unknown split '\(name)'; name it train, validation or test"
    case .noSamples(let path, let format):
      "\(path): holds no sample (read as \(format)); check that it is the right path and complete"
    case .tooMuchDamage(let damaged, let sampleCount, let maximumShare):
      "\(damaged.count) of \(sampleCount) samples are damaged, more than \(maximumShare); "
        + "repair or remove them, or allow more with --max-bad:\n" + Self.list(damaged)
    }
  }

  private static func list(_ damaged: [DamagedSample]) -> String {
    var lines = damaged.prefix(listedCount).map { "  - \($0)" }
    if damaged.count > listedCount { lines.append("  … and \(damaged.count - listedCount) more") }
    return lines.joined(separator: "\n")
  }
}
