import ImageEncoding
import ModelFiles
import TextDecoding

/// Keys and values that stand before a text in every layer of a frozen decoder, made from a photo or learnt by
/// `caption train --task text`. Prefixes are exchanged as files with `caption prefix`.
public struct StoredPrefix: Sendable {
  let file: PrefixFile

  /// Reads a prefix file; whether it fits a captioner's decoder is checked where it is used.
  ///
  /// - Throws: `CaptioningError`.
  public init(file path: String) throws(CaptioningError) {
    file = try CaptioningError.wrapping { try PrefixFile(path: path) }
  }

  init(_ file: PrefixFile) { self.file = file }

  /// The number of positions that it takes in the decoder's context.
  public var length: Int { file.prefix.length }

  /// How it was made, for people, such as `image photo.jpg`.
  public var origin: String { file.origin }

  /// Writes the prefix file, completely or not at all.
  ///
  /// - Throws: `CaptioningError`.
  public func write(to path: String) throws(CaptioningError) {
    try CaptioningError.wrapping { try file.write(to: path) }
  }
}

extension Captioner {
  /// The prefix that the captioner's mapper makes from a photo.
  ///
  /// - Throws: `CaptioningError`.
  public func prefix(photo path: String) throws(CaptioningError) -> StoredPrefix {
    try CaptioningError.wrapping {
      let prefix = try prefix(path: path, decoder: ImageDecoder())
      return StoredPrefix(PrefixFile(prefix: prefix, base: prefixBase, origin: "image \(path)"))
    }
  }

  /// The text that the decoder writes after a prefix.
  ///
  /// - Parameters:
  ///   - prompt: the beginning of the text, which is not repeated; `nil` begins as the captioner's captions do.
  ///   - options: the options, whose `minimumConfidence` is ignored.
  /// - Throws: `CaptioningError`; of kind `damagedModel` where the prefix was made for another decoder.
  public func text(
    from prefix: StoredPrefix, prompt: String? = nil, options: CaptionOptions = CaptionOptions()
  ) throws(CaptioningError) -> String {
    try CaptioningError.wrapping {
      try prefix.file.check(path: prefix.origin, fits: prefixBase, shape: decoder.prefixShape)
      let given = prompt.map { tokenizer.encode($0) } ?? []
      let start = given.isEmpty ? manifest.decoder.startTokens : given
      let sequences = try generate(
        from: [prefix.file.prefix], prompts: [start], options: options.generation(for: self))
      return text(of: sequences[0])
    }
  }
}
