/// Text to token ids and back.
///
/// Ids run from 0 to `vocabularySize - 1`. Every function takes any input and none fails; each function says how it
/// handles input that cannot be represented.
package protocol Tokenizer: Sendable {
  /// One more than the largest token id.
  var vocabularySize: Int { get }

  /// Token ids of `bytes`, which need not be valid UTF-8.
  ///
  /// - Parameter parsingSpecialTokens: whether a special token's spelling, such as `<|im_end|>`, becomes that token.
  ///   Text from strangers is encoded with `false`, so that it cannot end a turn.
  func encode(bytes: UnsafeRawBufferPointer, parsingSpecialTokens: Bool) -> [Int]

  /// The bytes that `token` stands for, which may be part of a character; empty where there is no such token.
  func bytes(of token: Int) -> [UInt8]

  /// The same for the first token of a text: SentencePiece's kinds omit the space that encoding puts before a text.
  func bytes(ofFirst token: Int) -> [UInt8]

  /// Whether there is such a token.
  func exists(_ token: Int) -> Bool

  /// The text of `tokens`. Ids that do not exist are skipped; each maximal part of an invalid or incomplete UTF-8
  /// sequence becomes one U+FFFD, as the Unicode Standard recommends.
  func decode(_ tokens: [Int], skippingSpecialTokens: Bool) -> String

  /// Whether `token` controls the model (the start or end of a turn, for example) rather than being text.
  func isSpecial(_ token: Int) -> Bool

  /// The special token of this spelling, byte for byte.
  func id(ofSpecial spelling: String) -> Int?
}

extension Tokenizer {
  /// Token ids of `text`. Nothing is put before or after it: that is the prompt template's job.
  package func encode(_ text: String, parsingSpecialTokens: Bool) -> [Int] {
    var text = text
    return text.withUTF8 { encode(bytes: UnsafeRawBufferPointer($0), parsingSpecialTokens: parsingSpecialTokens) }
  }

  /// Token ids of `text`, in which the spelling of a special token becomes that token. This is how a fixed prompt such
  /// as `<|im_start|>user\n…` is encoded.
  package func encode(_ text: String) -> [Int] {
    encode(text, parsingSpecialTokens: true)
  }

  /// Token ids of `bytes`, which need not be valid UTF-8.
  package func encode(bytes: [UInt8], parsingSpecialTokens: Bool) -> [Int] {
    bytes.withUnsafeBytes { encode(bytes: $0, parsingSpecialTokens: parsingSpecialTokens) }
  }

  /// The text of `tokens`, without special tokens.
  package func decode(_ tokens: [Int]) -> String {
    decode(tokens, skippingSpecialTokens: true)
  }
}
