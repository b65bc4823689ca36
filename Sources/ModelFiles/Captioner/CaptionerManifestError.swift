/// What is wrong with a `captioner.json`.
package enum CaptionerManifestError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case unknownVersion(path: String, found: Int, known: Int)
  case notJSON(path: String)
  /// - Parameter key: the place in the file, such as `encoder.features[0].grid`.
  case invalid(path: String, key: String, expected: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): not a captioner's manifest: \(reason)"
    case .unknownVersion(let path, let found, let known):
      "\(path): formatVersion \(found) is not known, only 1 to \(known): use a newer caption"
    case .notJSON(let path): "\(path): is not valid JSON: restore or correct it"
    case .invalid(let path, let key, let expected): "\(path): \(key): expected \(expected)"
    }
  }

  init(path: String, decoding error: DecodingError) {
    func key(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      (context.codingPath + [last].compactMap { $0 }).reduce("") { key, part in
        if let index = part.intValue { return "\(key)[\(index)]" }
        return key.isEmpty ? part.stringValue : "\(key).\(part.stringValue)"
      }
    }
    switch error {
    case .keyNotFound(let missing, let context):
      self = .invalid(path: path, key: key(context, missing), expected: "a value, but it is missing")
    case .typeMismatch(let type, let context):
      self = .invalid(path: path, key: key(context), expected: "\(type)")
    case .valueNotFound(let type, let context):
      self = .invalid(path: path, key: key(context), expected: "\(type), not null")
    case .dataCorrupted(let context):
      self =
        context.codingPath.isEmpty
        ? .notJSON(path: path) : .invalid(path: path, key: key(context), expected: context.debugDescription)
    @unknown default: self = .notJSON(path: path)
    }
  }
}
