package import ModelFiles

/// A tokeniser of subwords: byte-pair encoding (Sennrich et al. 2016; over bytes as in GPT-2, or as SentencePiece does
/// it) or a unigram language model (Kudo 2018), with a normaliser and a pre-tokeniser before it.
///
/// Text is split at added tokens, normalised, split into words, and each word becomes tokens. Ids are those that
/// Hugging Face's `tokenizers` gives without a post-processor (`add_special_tokens=False`); those of GGUF files without
/// merges are SentencePiece's. Beyond that:
///
/// - Bytes that are not valid UTF-8 are characters of their own, neither letter, digit nor space.
/// - Text without a token in the vocabulary becomes the unknown token or, where there is none, is left out. For all
///   other input, byte-level BPE restores what was encoded; the other kinds, what the normaliser made of it.
/// - Text becomes a special token of a unigram vocabulary only if special tokens are parsed, even after normalisation.
/// - Bytes of byte tokens are decoded together: an invalid sequence gives as many U+FFFD as `decode` states, whereas
///   `tokenizers` gives one for each of its bytes.
///
/// Opening is cheap, since decoding needs the tokens' spellings only; the tables for encoding are made when text is
/// first encoded.
package final class SubwordTokenizer: Tokenizer {
  private let vocabulary: TokenizerVocabulary
  private let specialTokens: [[UInt8]: Int]
  private let specialIDs: Set<Int>
  /// The token that starts every text the model was trained on, and the one that ends it, where the file names them.
  package let beginningOfSequence: Int?
  package let endOfSequence: Int?
  /// Spellings of added tokens that are found in normalised text only: decoding gives what was found, as `tokenizers`.
  private let normalizedSpellings: [Int: [UInt8]]
  private let tables: OnceValue<EncodingTables>

  /// - Precondition: ids of added tokens are inside the vocabulary (readers check it and throw).
  package init(_ vocabulary: TokenizerVocabulary) {
    precondition(vocabulary.addedTokens.allSatisfy { (0..<vocabulary.tokens.count).contains($0.id) })
    self.vocabulary = vocabulary
    let special = vocabulary.addedTokens.filter(\.isSpecial)
    specialTokens = Dictionary(special.map { ($0.spelling, $0.id) }) { first, _ in first }
    specialIDs = Set(special.map(\.id))
    beginningOfSequence = vocabulary.beginningOfSequence
    endOfSequence = vocabulary.endOfSequence
    let normalizer = vocabulary.normalizer
    let normalized = normalizer.steps.isEmpty ? [] : vocabulary.addedTokens.filter(\.isNormalized)
    normalizedSpellings = Dictionary(normalized.map { ($0.id, normalizer.normalize($0.spelling)) }) { first, _ in first
    }
    tables = OnceValue { EncodingTables(vocabulary) }
  }

  package var vocabularySize: Int { vocabulary.tokens.count }

  /// Makes the tables for encoding now and says whether they are sound.
  ///
  /// Otherwise merges that refer to missing tokens are left out silently, since encoding cannot fail.
  /// - Throws: `ModelFileError.invalidValue`, naming the first such merge.
  package func prepareToEncode() throws(ModelFileError) {
    if let problem = tables.get().problem { throw problem }
  }

  package func encode(bytes: UnsafeRawBufferPointer, parsingSpecialTokens: Bool) -> [Int] {
    tables.get().encode(UTF8Text(bytes), parsingSpecialTokens: parsingSpecialTokens)
  }

  package func bytes(of token: Int) -> [UInt8] { bytes(of: token, isFirst: false) }

  package func bytes(ofFirst token: Int) -> [UInt8] { bytes(of: token, isFirst: true) }

  private func bytes(of token: Int, isFirst: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    appendBytes(of: token, isFirst: isFirst, to: &bytes)
    return bytes
  }

  package func decode(_ tokens: [Int], skippingSpecialTokens: Bool) -> String {
    var bytes: [UInt8] = []
    var isFirst = true
    for token in tokens where exists(token) && !(skippingSpecialTokens && isSpecial(token)) {
      appendBytes(of: token, isFirst: isFirst, to: &bytes)
      isFirst = false
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  package func exists(_ token: Int) -> Bool {
    (0..<vocabulary.tokens.count).contains(token) && !vocabulary.tokens[token].isEmpty
  }

  package func isSpecial(_ token: Int) -> Bool { specialIDs.contains(token) }

  package func id(ofSpecial spelling: String) -> Int? { specialTokens[Array(spelling.utf8)] }

  private func appendBytes(of token: Int, isFirst: Bool, to bytes: inout [UInt8]) {
    guard (0..<vocabulary.tokens.count).contains(token) else { return }
    func append(_ spelling: UnsafeRawBufferPointer) {
      vocabulary.spelling.appendBytes(spelt: spelling, isFirst: isFirst, to: &bytes)
    }
    if let spelling = normalizedSpellings[token] { return spelling.withUnsafeBytes(append) }
    vocabulary.tokens.withBytes(token, append)
  }
}
