/// The normalisation of text before it is split into words: the normalisers of `tokenizers`, one after the other.
package struct TextNormalizer: Sendable {
  package enum Step: Sendable {
    case unicode(NormalizationForm)
    /// Maps each character by itself, as Unicode does.
    case lowercase
    case stripAccents
    /// Removes white space from the ends.
    case strip(left: Bool, right: Bool)
    case replace([UInt8], by: [UInt8])
    /// Replaces runs of two spaces or more.
    case replaceSpaceRuns(by: [UInt8])
    /// Puts something before text that is not empty.
    case prepend([UInt8])
    case precompiled(PrecompiledCharacterMap)
    /// SentencePiece's own normaliser, spaces included; `precompiled` only resembles it.
    case sentencePiece(SentencePieceNormalizer)
  }

  package let steps: [Step]

  package init(_ steps: [Step] = []) {
    self.steps = steps
  }

  /// The space of SentencePiece's vocabularies, U+2581.
  package static let spaceSymbol: [UInt8] = [0xe2, 0x96, 0x81]

  /// Llama 2's normaliser: a space before all text, then every space becomes U+2581.
  static func llama(prependsSpace: Bool) -> TextNormalizer {
    TextNormalizer((prependsSpace ? [.prepend(spaceSymbol)] : []) + [.replace([0x20], by: spaceSymbol)])
  }

  func withNormalized(_ text: UTF8Text, _ body: (UTF8Text) -> Void) {
    guard !steps.isEmpty else { return body(text) }
    normalize(Array(text.bytes)).withUnsafeBytes { body(UTF8Text($0)) }
  }

  package func normalize(_ text: [UInt8]) -> [UInt8] {
    steps.reduce(text) { Self.apply($1, to: $0) }
  }

  private static func apply(_ step: Step, to text: [UInt8]) -> [UInt8] {
    switch step {
    case .unicode(let form): mapScalars(text) { form.normalize($0) }
    case .lowercase: mapScalars(text) { $0.flatMap(lowercase) }
    case .stripAccents: mapScalars(text) { $0.filter { !NormalizationTables.shared.isAccent($0) } }
    case .strip(let left, let right): strip(text, left, right)
    case .replace(let pattern, let content): text.replacing(pattern, with: content)
    case .replaceSpaceRuns(let content): replaceSpaceRuns(text, content)
    case .prepend(let content): text.isEmpty ? text : content + text
    case .precompiled(let map): map.normalize(text)
    case .sentencePiece(let normalizer): normalizer.normalize(text)
    }
  }

  private static func lowercase(_ scalar: UInt32) -> [UInt32] {
    if scalar < 0x80 { return [0x41...0x5a ~= scalar ? scalar | 0x20 : scalar] }
    return Unicode.Scalar(scalar)?.properties.lowercaseMapping.unicodeScalars.map(\.value) ?? [scalar]
  }

  /// Applies `map` to each stretch of valid UTF-8; invalid bytes stay as they are.
  private static func mapScalars(_ text: [UInt8], _ map: ([UInt32]) -> [UInt32]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var scalars: [UInt32] = []
    func flush() {
      for value in map(scalars) { output.appendUTF8(value) }
      scalars.removeAll(keepingCapacity: true)
    }
    text.withUnsafeBytes { bytes in
      let text = UTF8Text(bytes)
      var position = 0
      while position < text.count {
        let (scalar, length) = text.character(at: position)
        if let scalar {
          scalars.append(scalar.value)
        } else {
          flush()
          output.append(bytes[position])
        }
        position += length
      }
    }
    flush()
    return output
  }

  private static func strip(_ text: [UInt8], _ left: Bool, _ right: Bool) -> [UInt8] {
    text.withUnsafeBytes { bytes in
      let text = UTF8Text(bytes)
      let start = left ? text.endOfWhitespace(from: 0) : 0
      let end = right ? text.startOfWhitespace(before: text.count, downTo: start) : text.count
      return Array(bytes[start..<end])
    }
  }

  private static func replaceSpaceRuns(_ text: [UInt8], _ content: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    while position < text.count {
      let end = text[position...].firstIndex { $0 != 0x20 } ?? text.count
      if end - position >= 2 { output.append(contentsOf: content) } else if end > position { output.append(0x20) }
      let next = text[end...].firstIndex(of: 0x20) ?? text.count
      output.append(contentsOf: text[end..<next])
      position = next
    }
    return output
  }
}

extension [UInt8] {
  /// Appends the scalar of this value in UTF-8; appends nothing where there is none.
  fileprivate mutating func appendUTF8(_ value: UInt32) {
    if value < 0x80 { return append(UInt8(value)) }
    if let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) { append(contentsOf: encoded) }
  }
}
