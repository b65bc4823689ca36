public import ModelFiles

/// Byte-level byte-pair encoding, as in GPT-2 (Radford et al. 2019) and many models since.
///
/// Text is split at added tokens, then into words, and the bytes of each word are merged. Ids are those that Hugging
/// Face's `tokenizers` gives without a post-processor (`add_special_tokens=False`):
///
/// - Bytes that are not valid UTF-8 are characters of their own, neither letter, digit nor space; each is encoded like
///   any other byte.
/// - A byte that has no token in the vocabulary becomes the unknown token or, where there is none, is left out. For all
///   other input, decoding restores what was encoded.
///
/// Opening is cheap, since decoding needs the tokens' spellings only; the tables for encoding are made when text is
/// first encoded.
public final class ByteLevelBPETokenizer: Tokenizer {
  private let vocabulary: TokenizerVocabulary
  private let specialTokens: [[UInt8]: Int]
  private let specialIDs: Set<Int>
  /// The token that starts every text the model was trained on, and the one that ends it, where the file names them.
  public let beginningOfSequence: Int?
  public let endOfSequence: Int?
  private let tables: OnceValue<EncodingTables>

  /// - Precondition: ids of added tokens lie inside of the vocabulary (readers check it and throw).
  package init(_ vocabulary: TokenizerVocabulary) {
    precondition(vocabulary.addedTokens.allSatisfy { (0..<vocabulary.tokens.count).contains($0.id) })
    self.vocabulary = vocabulary
    let special = vocabulary.addedTokens.filter(\.isSpecial)
    specialTokens = Dictionary(special.map { ($0.spelling, $0.id) }) { first, _ in first }
    specialIDs = Set(special.map(\.id))
    beginningOfSequence = vocabulary.beginningOfSequence
    endOfSequence = vocabulary.endOfSequence
    tables = OnceValue { EncodingTables(vocabulary) }
  }

  public var vocabularySize: Int { vocabulary.tokens.count }

  /// Makes the tables for encoding now and says whether they are sound.
  ///
  /// Merges that refer to tokens which do not exist are otherwise left out without a word, since encoding cannot fail.
  /// - Throws: `ModelFileError.invalidValue`, naming the first such merge.
  public func prepareToEncode() throws(ModelFileError) {
    if let problem = tables.get().problem { throw problem }
  }

  public func encode(bytes: UnsafeRawBufferPointer, parsingSpecialTokens: Bool) -> [Int] {
    tables.get().encode(UTF8Text(bytes), parsingSpecialTokens: parsingSpecialTokens)
  }

  public func bytes(of token: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    appendBytes(of: token, to: &bytes)
    return bytes
  }

  public func decode(_ tokens: [Int], skippingSpecialTokens: Bool) -> String {
    var bytes: [UInt8] = []
    for token in tokens where !(skippingSpecialTokens && isSpecial(token)) { appendBytes(of: token, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  public func isSpecial(_ token: Int) -> Bool { specialIDs.contains(token) }

  public func id(ofSpecial spelling: String) -> Int? { specialTokens[Array(spelling.utf8)] }

  private func appendBytes(of token: Int, to bytes: inout [UInt8]) {
    guard (0..<vocabulary.tokens.count).contains(token) else { return }
    vocabulary.tokens.withBytes(token) { ByteLevelAlphabet.appendBytes(spelt: $0, to: &bytes) }
  }
}
