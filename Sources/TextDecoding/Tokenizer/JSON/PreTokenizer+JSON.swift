import ModelFiles

extension PreTokenizer {
  /// The pre-tokeniser of a `tokenizer.json`: `ByteLevel`, alone or at the end of a `Sequence` after `Digits` and
  /// `Split` by the pattern of GPT-2.
  init(json: ByteKeyedJSON, path: String, location: String = "pre_tokenizer") throws(ModelFileError) {
    var steps: [Step] = []
    var hasByteLevel = false
    try Self.append(json, path, location, &steps, &hasByteLevel)
    guard hasByteLevel else {
      throw .unsupported(path: path, format: .json, feature: "'\(location)' without ByteLevel")
    }
    self.init(steps)
  }

  private static func append(
    _ json: ByteKeyedJSON, _ path: String, _ location: String, _ steps: inout [Step], _ hasByteLevel: inout Bool
  ) throws(ModelFileError) {
    let known: Set<String> = [
      "type", "pretokenizers", "individual_digits", "add_prefix_space", "trim_offsets", "use_regex", "pattern",
      "behavior",
      "invert",
    ]
    let fields = try JSONFields(json, path: path, location: location, known: known)
    // What follows ByteLevel would see its alphabet, not the text.
    guard !hasByteLevel else { throw fields.unsupported("type", .string(Array("a step after ByteLevel".utf8))) }
    let type = try fields.requiredBytes("type")
    switch String(decoding: type, as: UTF8.self) {
    case "Sequence":
      for (index, element) in try fields.elements("pretokenizers").enumerated() {
        try append(element, path, "\(location).pretokenizers[\(index)]", &steps, &hasByteLevel)
      }
    case "Digits":
      steps.append(.digits(individually: try fields.bool("individual_digits", default: false)))
    case "ByteLevel":
      if try fields.bool("add_prefix_space", default: true) { steps.append(.leadingSpace) }
      if try fields.bool("use_regex", default: true) { steps.append(.words) }
      hasByteLevel = true
    case "Split":
      try checkSplit(fields)
      steps.append(.words)
    default: throw fields.unsupported("type", .string(type))
    }
  }

  private static func checkSplit(_ fields: JSONFields) throws(ModelFileError) {
    let pattern = fields.value("pattern") ?? .null
    guard case .object(let members) = pattern, members.count == 1, members[0].key == Array("Regex".utf8),
      case .string(let expression) = members[0].value
    else { throw fields.unsupported("pattern", pattern) }
    guard expression == Array(WordPattern.regularExpression.utf8) else {
      throw fields.unsupported("pattern.Regex", .string(expression))
    }
    let behavior = try fields.requiredBytes("behavior")
    guard behavior == Array("Isolated".utf8) else { throw fields.unsupported("behavior", .string(behavior)) }
    guard try !fields.bool("invert", default: false) else { throw fields.unsupported("invert", .bool(true)) }
  }
}
