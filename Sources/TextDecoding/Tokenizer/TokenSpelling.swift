/// How the spelling of a token in the vocabulary represents text.
package enum TokenSpelling: Sendable, Equatable {
  /// Spelt in `ByteLevelAlphabet`.
  case byteLevel
  /// Spelt as in SentencePiece: a visible symbol is a space.
  case pieces(Pieces)

  package struct Pieces: Sendable, Equatable {
    /// What happens to spaces at the start of a text, which encoding may have put there.
    package enum Start: Sendable, Equatable {
      case kept
      /// One space is removed from the first token.
      case withoutSpace
      /// All spaces spelt by the symbol are removed from the first token.
      case withoutSymbols
    }

    /// The symbol; empty where there is none.
    package var symbol: [UInt8]
    /// Whether `<0x00>` to `<0xFF>` are bytes.
    package var hasBytes: Bool
    package var start: Start

    package init(symbol: [UInt8] = TextNormalizer.spaceSymbol, hasBytes: Bool, start: Start) {
      self.symbol = symbol
      self.hasBytes = hasBytes
      self.start = start
    }
  }

  /// Appends the bytes of the text that a token stands for.
  ///
  /// - Parameter isFirst: whether it is the first of the text.
  func appendBytes(spelt spelling: UnsafeRawBufferPointer, isFirst: Bool, to output: inout [UInt8]) {
    switch self {
    case .byteLevel: ByteLevelAlphabet.appendBytes(spelt: spelling, to: &output)
    case .pieces(let pieces): pieces.appendBytes(spelt: spelling, isFirst: isFirst, to: &output)
    }
  }
}

extension TokenSpelling.Pieces {
  fileprivate func appendBytes(spelt spelling: UnsafeRawBufferPointer, isFirst: Bool, to output: inout [UInt8]) {
    let start = output.count
    if hasBytes, let byte = ByteFallback.byte(spelt: spelling) {
      output.append(byte)
    } else {
      var position = 0
      while position < spelling.count {
        if !symbol.isEmpty, spelling[position] == symbol[0], spelling[position...].starts(with: symbol) {
          if !(isFirst && self.start == .withoutSymbols) { output.append(0x20) }
          position += symbol.count
        } else {
          output.append(spelling[position])
          position += 1
        }
      }
    }
    if isFirst, self.start == .withoutSpace, start < output.count, output[start] == 0x20 { output.remove(at: start) }
  }
}
