import ModelFiles

extension TextNormalizer {
  private static let types: [String: Set<String>] = [
    "Sequence": ["normalizers"], "NFC": [], "NFD": [], "NFKC": [], "NFKD": [], "Lowercase": [], "StripAccents": [],
    "Strip": ["strip_left", "strip_right"], "Replace": ["pattern", "content"], "Prepend": ["prepend"],
    "Precompiled": ["precompiled_charsmap"],
  ]

  /// The normaliser of a `tokenizer.json`.
  init(json: ByteKeyedJSON, path: String) throws(ModelFileError) {
    var steps: [Step] = []
    try Self.append(json, path, "normalizer", &steps)
    self.init(steps)
  }

  private static func append(
    _ json: ByteKeyedJSON, _ path: String, _ location: String, _ steps: inout [Step]
  ) throws(ModelFileError) {
    let fields = try JSONFields(component: json, path: path, location: location, types: types)
    let type = try fields.requiredBytes("type")
    switch String(decoding: type, as: UTF8.self) {
    case "Sequence":
      for (index, element) in try fields.elements("normalizers").enumerated() {
        try append(element, path, "\(location).normalizers[\(index)]", &steps)
      }
    case "NFC": steps.append(.unicode(.composed))
    case "NFD": steps.append(.unicode(.decomposed))
    case "NFKC": steps.append(.unicode(.compatiblyComposed))
    case "NFKD": steps.append(.unicode(.compatiblyDecomposed))
    case "Lowercase": steps.append(.lowercase)
    case "StripAccents": steps.append(.stripAccents)
    case "Strip":
      let left = try fields.bool("strip_left", default: true)
      steps.append(.strip(left: left, right: try fields.bool("strip_right", default: true)))
    case "Replace": steps.append(try replacement(fields))
    case "Prepend": steps.append(.prepend(try fields.requiredBytes("prepend")))
    case "Precompiled":
      // Some files have none: nothing is replaced then.
      guard let text = try fields.bytes("precompiled_charsmap"), !text.isEmpty else { return }
      guard let bytes = Base64.decode(text), let map = PrecompiledCharacterMap(bytes) else {
        throw fields.invalid("precompiled_charsmap", "is no table of characters in Base64")
      }
      steps.append(.precompiled(map))
    default: throw fields.unsupported("type", .string(type))
    }
  }

  private static func replacement(_ fields: JSONFields) throws(ModelFileError) -> Step {
    let content = try fields.requiredBytes("content")
    let (kind, pattern) = try fields.variant("pattern")
    switch kind {
    case "String" where !pattern.isEmpty: return .replace(pattern, by: content)
    // The only expression in use: SentencePiece's removal of extra spaces, in tokenisers that were converted from it.
    case "Regex" where pattern == Array(" {2,}".utf8): return .replaceSpaceRuns(by: content)
    default: throw fields.unsupported("pattern.\(kind)", .string(pattern))
    }
  }
}

/// Base64 (RFC 4648), without line breaks.
enum Base64 {
  /// The bytes; `nil` where the text is not in this form.
  static func decode(_ text: [UInt8]) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for character in text.dropLast(padding) {
      guard let value = value(of: character) else { return nil }
      bits = bits << 6 | value
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
    return bytes
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
