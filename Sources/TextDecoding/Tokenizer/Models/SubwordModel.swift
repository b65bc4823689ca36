import ModelFiles

/// Turns the words that the pre-tokeniser leaves into tokens.
protocol SubwordModel: Sendable {
  func append(_ word: UTF8Text, to output: inout [Int])
}

/// Tokens by spelling, as all models need them.
struct TokenLookup: Sendable {
  static let noToken = UInt32.max

  let index: ByteStringIndex
  /// The problem with the vocabulary, if any.
  let problem: ModelFileError?

  init(_ vocabulary: TokenizerVocabulary, excluding outside: Set<Int>) {
    let tokens = vocabulary.tokens
    let origin = vocabulary.origin
    index = ByteStringIndex(
      tokens, numbers: (0..<tokens.count).lazy.filter { !tokens[$0].isEmpty && !outside.contains($0) })
    problem = index.duplicate.map {
      let spelling = String(decoding: tokens[$0], as: UTF8.self)
      return .invalidValue(path: origin.path, key: origin.tokensKey, problem: "has the token '\(spelling)' twice")
    }
  }

  func token(_ spelling: [UInt8]) -> UInt32 { index.find(spelling).map(UInt32.init) ?? Self.noToken }
}

/// The tokens `<0x00>` to `<0xFF>`, to which characters without a token fall back (SentencePiece's `byte_fallback`).
struct ByteFallback: Sendable {
  private let tokens: [UInt32]

  /// - Parameter lookup: finds tokens by their spellings; it may lack the tokens of some bytes.
  init(_ lookup: (_ spelling: [UInt8]) -> UInt32) {
    tokens = (UInt8.min...UInt8.max).map { lookup(Self.spelling(of: $0)) }
  }

  static func spelling(of byte: UInt8) -> [UInt8] {
    let digits = String(byte, radix: 16, uppercase: true)
    return Array("<0x\(digits.count < 2 ? "0" : "")\(digits)>".utf8)
  }

  /// The byte that a token of this spelling stands for; `nil` where it is not a byte token.
  static func byte(spelt spelling: UnsafeRawBufferPointer) -> UInt8? {
    guard spelling.count == 6, spelling[0] == UInt8(ascii: "<"), spelling[1] == UInt8(ascii: "0"),
      spelling[2] == UInt8(ascii: "x"), spelling[5] == UInt8(ascii: ">"),
      let high = Character(Unicode.Scalar(spelling[3])).hexDigitValue,
      let low = Character(Unicode.Scalar(spelling[4])).hexDigitValue
    else { return nil }
    return UInt8(high << 4 | low)
  }

  /// Appends the tokens of all `bytes`; `false` where one of them has none.
  func append(_ bytes: some Collection<UInt8>, to output: inout [UInt32]) -> Bool {
    guard bytes.allSatisfy({ tokens[Int($0)] != TokenLookup.noToken }) else { return false }
    for byte in bytes { output.append(tokens[Int(byte)]) }
    return true
  }
}
