import Foundation
import ModelFiles
import TestSupport
import TextDecoding

/// One line of a `.jsonl` file in `Fixtures/tokenizer`: a text and what the `tokenizers` library makes of it.
struct EncodedText: Decodable {
  let text: String
  var ids: [Int]?
  /// Where special tokens in the text are not parsed; absent where that changes nothing.
  var withoutParsing: [Int]?
  /// With the vocabulary of `smollm.gguf`, that of `gpt2.gguf` (absent where they agree), and that of the real model.
  var smollm: [Int]?
  var gpt2: [Int]?
  var real: [Int]?
  /// The ids decoded; absent where that gives `text` again.
  var decoded: String?
  var withoutSpecial: String?
}

enum TokenizerFixture {
  static func path(_ name: String) -> String { Fixture.url("tokenizer/\(name)").path }

  static func lines(_ name: String) throws -> [EncodedText] {
    let decoder = JSONDecoder()
    return try Fixture.data("tokenizer/\(name)").split(separator: UInt8(ascii: "\n")).map {
      try decoder.decode(EncodedText.self, from: $0)
    }
  }

  static func gguf(_ name: String) throws -> SubwordTokenizer {
    try SubwordTokenizer(gguf: GGUFFile(path: path(name)))
  }

  /// A tokeniser of every byte (id = byte), then of `tokens`, which are ASCII, with the merges that make them.
  static func small(
    _ tokens: [String] = [], merges: [(String, String)] = [], preTokenizer: PreTokenizer = .gpt2,
    change: (inout TokenizerVocabulary) -> Void = { _ in }
  ) -> SubwordTokenizer {
    let printable = [0x21...0x7e, 0xa1...0xac, 0xae...0xff].flatMap { Array($0) }
    let others = (0...0xff).filter { !printable.contains($0) }
    let alphabet = (0...0xff).map { byte in
      let code = others.firstIndex(of: byte).map { UInt32(0x100 + $0) } ?? UInt32(byte)
      return String(Character(Unicode.Scalar(code) ?? " "))
    }
    let texts = ByteStrings(merges.flatMap { [$0.0, $0.1] })
    var vocabulary = TokenizerVocabulary(
      tokens: ByteStrings(alphabet + tokens), preTokenizer: preTokenizer,
      origin: .init(path: "small", tokensKey: "tokens", mergesKey: "merges")
    ) { .success(texts) }
    change(&vocabulary)
    return SubwordTokenizer(vocabulary)
  }
}

/// A string's scalars: unlike strings, they are equal only where their bytes are.
func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }
