package import ImageEncoding
package import ModelFiles

/// Why parts do not make a captioner.
package enum CaptionerError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownFamily(part: String, name: String, known: [String])
  /// The `config.json` of a directory names a model that no family here reads.
  case unknownModelType(directory: String, type: String, known: [String], remedy: String)
  /// A model of the user does not say how texts end.
  case noStopTokens(path: String)
  /// The text after the prefix gives no token to begin with.
  case noStartTokens(template: String)
  case existingCaptioner(directory: String)
  case noSingleToken(text: String)
  case unknownSetting(key: String, value: String)
  /// Features are asked for without the name of one of several encoders.
  case unnamedEncoder(known: [String])
  case unknownEncoder(name: String, known: [String])
  /// An error of one of several encoders.
  case encoder(name: String, problem: EncodingError)
  /// An encoder was named, but none of its features is asked for.
  case unreadEncoder(name: String)
  case featureMismatch(directory: String, found: FeatureLayout, expected: FeatureLayout)
  case prefixMismatch(directory: String, found: [Int], expected: [Int])
  /// The widths of pooled features differ.
  case confidenceMismatch(directory: String, found: [Int], expected: [Int])

  package var description: String {
    switch self {
    case .unknownFamily(let part, let name, let known):
      "captioner.json: \(part).family '\(name)' is not known: use \(known.joined(separator: ", ")), or a newer caption"
    case .unknownModelType(let directory, let type, let known, let remedy):
      "\(directory)/config.json: model_type '\(type)' is not supported, only \(known.joined(separator: ", ")): \(remedy)"
    case .noStopTokens(let path):
      "\(path): the model does not say which token ends a text: name it with --stop-tokens"
    case .noStartTokens(let template):
      "the template '\(template)' must be {prefix} with some text behind it, from which the caption goes on"
    case .existingCaptioner(let directory):
      "\(directory): holds a captioner already: choose another directory"
    case .noSingleToken(let text):
      "'\(text)' is not one token of the decoder: name another text with --stop"
    case .unknownSetting(let key, let value):
      "captioner.json: \(key) '\(value)' is not known: correct it, or use a newer caption"
    case .unnamedEncoder(let known):
      "features of several encoders are asked for by their names, as in \(known[0]):8:class: there are "
        + known.joined(separator: ", ")
    case .unknownEncoder(let name, let known):
      "there is no encoder '\(name)': ask for features of \(known.joined(separator: ", "))"
    case .encoder(let name, let problem): "encoder '\(name)': \(problem)"
    case .unreadEncoder(let name):
      "no feature of the encoder '\(name)' is asked for: ask for one, or leave the encoder out"
    case .featureMismatch(let directory, let found, let expected):
      "\(directory)/captioner.json: features of the encoders are \(found) (tokens x width), but the mapper was trained on "
        + "\(expected): correct encoder.features (of several encoders, encoders[n].features), or name the mapper's own encoders in "
        + "their order"
    case .prefixMismatch(let directory, let found, let expected):
      "\(directory)/captioner.json: the mapper makes prefixes \(found) [layers, 2, heads, length, head dimension] but the "
        + "decoder wants \(expected) with any length: name the decoder that the mapper was trained for"
    case .confidenceMismatch(let directory, let found, let expected):
      "\(directory)/captioner.json: the confidence file was fitted to pooled features of widths \(expected), but "
        + "encoder.features give \(found): run caption calibrate again, or remove 'confidence'"
    }
  }
}
