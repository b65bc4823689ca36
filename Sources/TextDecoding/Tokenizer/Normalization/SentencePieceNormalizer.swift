/// SentencePiece's normaliser (Kudo and Richardson 2018): characters are replaced, the longest match first. Spaces are
/// collapsed, one is put before the text, and all become U+2581.
package struct SentencePieceNormalizer: Sendable {
  package var map: PrecompiledCharacterMap?
  /// Removes spaces from the ends, and all but one from between words.
  package var removesExtraSpaces: Bool
  package var prependsSpace: Bool

  package init(map: PrecompiledCharacterMap?, removesExtraSpaces: Bool, prependsSpace: Bool) {
    self.map = map
    self.removesExtraSpaces = removesExtraSpaces
    self.prependsSpace = prependsSpace
  }

  func normalize(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count + text.count / 2)
    var isAfterSpace = removesExtraSpaces
    var isEmpty = true
    func append(_ replaced: some Sequence<UInt8>) {
      for byte in replaced {
        if byte == 0x20, removesExtraSpaces, isAfterSpace { continue }
        if isEmpty, prependsSpace { output.append(contentsOf: TextNormalizer.spaceSymbol) }
        isEmpty = false
        isAfterSpace = byte == 0x20
        if isAfterSpace { output.append(contentsOf: TextNormalizer.spaceSymbol) } else { output.append(byte) }
      }
    }
    text.withUnsafeBytes { bytes in
      let view = UTF8Text(bytes)
      var position = 0
      while position < view.count {
        if let match = map?.longestMatch(text, at: position) {
          append(match.replacement)
          position += match.length
          continue
        }
        let (scalar, length) = view.character(at: position)
        append(scalar == nil ? [0xef, 0xbf, 0xbd] : text[position..<position + length])
        position += length
      }
    }
    while removesExtraSpaces, output.suffix(TextNormalizer.spaceSymbol.count).elementsEqual(TextNormalizer.spaceSymbol)
    {
      output.removeLast(TextNormalizer.spaceSymbol.count)
    }
    return output
  }
}
