import ModelFiles

extension PreTokenizer {
  private static let types: [String: Set<String>] = [
    "Sequence": ["pretokenizers"], "Digits": ["individual_digits"],
    "ByteLevel": ["add_prefix_space", "trim_offsets", "use_regex"], "Split": ["pattern", "behavior", "invert"],
    "Metaspace": ["replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep"], "WhitespaceSplit": [],
  ]

  /// The pre-tokeniser of a `tokenizer.json`: for byte-level BPE, `ByteLevel`, alone or at the end of a `Sequence`
  /// after `Digits` and `Split` by one of the known patterns; for other models, `Metaspace` and what may precede it.
  ///
  /// - Parameter isByteLevel: whether the decoder is `ByteLevel`, and so the pre-tokeniser must be.
  init(
    json: ByteKeyedJSON, path: String, isByteLevel: Bool, location: String = "pre_tokenizer"
  ) throws(ModelFileError) {
    var steps: [Step] = []
    var hasByteLevel = false
    if case .null = json {} else { try Self.append(json, path, location, &steps, &hasByteLevel) }
    guard hasByteLevel == isByteLevel else {
      let feature = "'\(location)' \(isByteLevel ? "without" : "with") ByteLevel, and a decoder of the other kind"
      throw .unsupported(path: path, format: .json, feature: feature)
    }
    self.init(steps)
  }

  private static func append(
    _ json: ByteKeyedJSON, _ path: String, _ location: String, _ steps: inout [Step], _ hasByteLevel: inout Bool
  ) throws(ModelFileError) {
    let fields = try JSONFields(component: json, path: path, location: location, types: types)
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
      if try fields.bool("use_regex", default: true) { steps.append(.words(.gpt2)) }
      hasByteLevel = true
    case "Split": steps.append(try split(fields))
    case "Metaspace": steps.append(.metaspace(try Metaspace(fields)))
    case "WhitespaceSplit": steps.append(.whitespace)
    default: throw fields.unsupported("type", .string(type))
    }
  }

  private static func split(_ fields: JSONFields) throws(ModelFileError) -> Step {
    let (kind, pattern) = try fields.variant("pattern")
    let behavior = try fields.requiredBytes("behavior")
    guard try !fields.bool("invert", default: false) else { throw fields.unsupported("invert", .bool(true)) }
    let expected: String
    let step: Step
    if kind == "Regex", let words = WordPattern.all.first(where: { Array($0.regularExpression.utf8) == pattern }) {
      (expected, step) = ("Isolated", .words(words))
    } else if kind == "String", pattern == [0x20] {
      (expected, step) = ("MergedWithPrevious", .afterSpaces)
    } else {
      throw fields.unsupported("pattern.\(kind)", .string(pattern))
    }
    guard behavior == Array(expected.utf8) else { throw fields.unsupported("behavior", .string(behavior)) }
    return step
  }
}
