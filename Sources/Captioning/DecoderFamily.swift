import ModelFiles
import TextDecoding

extension DecoderFamily {
  /// The approximate memory of the largest tokenizers, of 260,000 tokens, while they are read.
  static let tokenizerBytes = 16 << 20

  typealias Loaded = (decoder: any TextDecoder, tokenizer: any Tokenizer)

  /// The decoder that a manifest names, and its tokeniser.
  ///
  /// - Parameters:
  ///   - name: the name of the family.
  ///   - path: a GGUF file, or a Hugging Face directory.
  static func load(_ name: String, from path: String) throws -> Loaded {
    guard let family = DecoderFamily(rawValue: name) else {
      throw CaptionerError.unknownFamily(part: "decoder", name: name, known: allCases.map(\.rawValue).sorted())
    }
    if isGGUF(path) {
      // Opened once for both: its header is read and checked whole.
      let file = try GGUFFile(path: path)
      return (try family.open(gguf: file), try SubwordTokenizer(gguf: file))
    }
    return (try family.open(path: path), try SubwordTokenizer(directory: path))
  }
}
