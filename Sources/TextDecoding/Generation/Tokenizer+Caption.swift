extension Tokenizer {
  /// The text of a sequence, trimmed.
  package func caption(of sequence: GeneratedSequence) -> String {
    let bytes = sequence.textBytes ?? sequence.textTokens.flatMap { self.bytes(of: $0) }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let first = text.firstIndex(where: { !$0.isWhitespace }),
      let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(text[first...last])
  }
}
