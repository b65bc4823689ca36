/// Parts of a captioner that do not make one.
public enum CaptionerError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownFamily(part: String, name: String, known: [String])
  /// A model of the user's own, by what it says of itself.
  case unsupportedModel(part: String, path: String, architecture: String, known: [String])
  case noStopTokens(path: String)
  /// The text behind the prefix gives no token to begin with.
  case noStartTokens(template: String)
  case unknownSetting(key: String, value: String)
  case featureMismatch(directory: String, found: [Int], expected: [Int])
  case prefixMismatch(directory: String, found: [Int], expected: [Int])

  public var description: String {
    switch self {
    case .unknownFamily(let part, let name, let known):
      "captioner.json: \(part).family '\(name)' is not known: use \(known.joined(separator: ", ")), or a newer caption"
    case .unsupportedModel(let part, let path, let architecture, let known):
      "\(path): a model of the kind '\(architecture)' cannot be used as \(part): use one of these kinds: "
        + known.joined(separator: ", ")
    case .noStopTokens(let path):
      "\(path): the model does not say which token ends a text: name it with --stop-tokens"
    case .noStartTokens(let template):
      "the template '\(template)' must be {prefix} with some text behind it, from which the caption goes on"
    case .unknownSetting(let key, let value):
      "captioner.json: \(key) '\(value)' is not known: correct it, or use a newer caption"
    case .featureMismatch(let directory, let found, let expected):
      "\(directory)/captioner.json: encoder.features give \(found) [tokens, width] but the mapper was trained on "
        + "\(expected): correct encoder.features or name the mapper's own encoder"
    case .prefixMismatch(let directory, let found, let expected):
      "\(directory)/captioner.json: the mapper makes prefixes \(found) [layers, 2, heads, length, head dimension] but the "
        + "decoder wants \(expected) with any length: name the decoder that the mapper was trained for"
    }
  }
}
