/// Turns tokens into text one by one, as they are generated.
///
/// A token may end within a character; its bytes are then held back until the character is complete. The returned texts
/// together are what `decode` gives for all tokens at once.
package struct StreamingDecoder: Sendable {
  private let tokenizer: any Tokenizer
  private let skipsSpecialTokens: Bool
  /// The start of a character, at most three bytes.
  private var pending: [UInt8] = []
  private var isFirst = true

  package init(_ tokenizer: any Tokenizer, skippingSpecialTokens: Bool = true) {
    self.tokenizer = tokenizer
    skipsSpecialTokens = skippingSpecialTokens
  }

  /// The text that `token` completes, which may be empty.
  package mutating func append(_ token: Int) -> String {
    guard tokenizer.exists(token), !(skipsSpecialTokens && tokenizer.isSpecial(token)) else { return "" }
    pending.append(contentsOf: isFirst ? tokenizer.bytes(ofFirst: token) : tokenizer.bytes(of: token))
    isFirst = false
    let complete = pending.count - Self.lengthOfUnfinishedCharacter(pending)
    defer { pending.removeFirst(complete) }
    return String(decoding: pending[..<complete], as: UTF8.self)
  }

  /// What is left at the end: U+FFFD for a character that was never completed, otherwise nothing.
  package mutating func finish() -> String {
    defer { (pending, isFirst) = ([], true) }
    return String(decoding: pending, as: UTF8.self)
  }

  /// The number of bytes at the end that later bytes could complete to a character.
  private static func lengthOfUnfinishedCharacter(_ bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let lead = bytes[bytes.count - length]
      if lead & 0xc0 == 0x80 { continue }
      // The first continuation byte is bounded, so that overlong forms, surrogates and values past U+10FFFF are not
      // taken for the start of a character (Unicode Standard, table 3-7).
      let (needed, second): (Int, ClosedRange<UInt8>)
      switch lead {
      case 0xc2...0xdf: (needed, second) = (2, 0x80...0xbf)
      case 0xe0: (needed, second) = (3, 0xa0...0xbf)
      case 0xed: (needed, second) = (3, 0x80...0x9f)
      case 0xe1...0xef: (needed, second) = (3, 0x80...0xbf)
      case 0xf0: (needed, second) = (4, 0x90...0xbf)
      case 0xf1...0xf3: (needed, second) = (4, 0x80...0xbf)
      case 0xf4: (needed, second) = (4, 0x80...0x8f)
      default: return 0
      }
      guard length < needed else { return 0 }
      return length == 1 || second.contains(bytes[bytes.count - length + 1]) ? length : 0
    }
    return 0
  }
}
