/// What is wrong with a file or a directory that a prefix is read from.
package enum PrefixFileError: Error, Equatable, Sendable, CustomStringConvertible {
  case notFound(path: String)
  case notAPrefix(path: String)
  case unknownVersion(path: String, found: String, known: Int)
  case otherPositions(path: String, found: String, known: String)
  case otherBase(path: String, found: PrefixBase, expected: PrefixBase)
  case otherShape(path: String, found: [Int], expected: [Int])
  /// It was not trained for inputs.
  case noTemplate(path: String)
  /// NaN or infinity among the numbers.
  case notFinite(path: String, tensor: String)

  package var description: String {
    switch self {
    case .notFound(let path):
      "\(path): no such file: check the path, or make it with 'caption prefix from-image' or 'from-text'"
    case .notAPrefix(let path):
      "\(path): no prefix, as its metadata does not say so: make one with 'caption prefix from-image' or 'from-text'; "
        + "'caption prefix import' reads directories of PEFT"
    case .unknownVersion(let path, let found, let known):
      "\(path): format_version '\(found)' is not known, only \(known): use a newer caption"
    case .otherPositions(let path, let found, let known):
      "\(path): key_positions '\(found)' are not known, only '\(known)': use a newer caption"
    case .otherBase(let path, let found, let expected):
      "\(path): was made for the decoder \(found.name) (SHA-256 \(found.sha256)), but this one is \(expected.name) "
        + "(SHA-256 \(expected.sha256)): name a captioner of the prefix's own decoder with --model, or make it anew"
    case .otherShape(let path, let found, let expected):
      "\(path): has shape \(found) [layers, 2, heads, length, head dimension], but the decoder wants \(expected) with any "
        + "length: the file is not what its metadata says; make it anew"
    case .noTemplate(let path):
      "\(path): does not say how an input is written behind it, since it was not trained on a text task: give --prompt "
        + "with the text as it shall stand there"
    case .notFinite(let path, let tensor):
      "\(path): tensor '\(tensor)' holds numbers that are not finite: make it anew"
    }
  }
}
