/// What can be wrong with the file that a tokeniser is built from.
public enum TokenizerError: Error, Equatable, Sendable {
  /// The file cannot be opened or read.
  case cannotRead(path: String, reason: String)
  /// The file is not JSON as RFC 8259 defines it; `offset` counts bytes.
  case malformed(path: String, offset: Int, problem: String)
  /// Something that a tokeniser needs is not in the file.
  case missingValue(path: String, key: String)
  /// A value contradicts another one or lies outside what it can be.
  case invalidValue(path: String, key: String, problem: String)
  /// The file asks for a way of tokenising that is not implemented.
  case unsupported(path: String, key: String, value: String)
}

extension TokenizerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "\(path): cannot be read: \(reason); check the path and its permissions"
    case .malformed(let path, let offset, let problem):
      "\(path): not valid JSON at byte \(offset): \(problem); it is damaged or incomplete: fetch it again"
    case .missingValue(let path, let key):
      "\(path): has no value for '\(key)'; check that the file describes a byte-level BPE tokeniser and is complete"
    case .invalidValue(let path, let key, let problem):
      "\(path): value of '\(key)' \(problem); the file is damaged or made by a faulty converter: fetch it again"
    case .unsupported(let path, let key, let value):
      "\(path): '\(key)' is \(value), which is not supported; "
        + "use a model with a byte-level BPE tokeniser of the kinds gpt2 or smollm"
    }
  }
}
