extension UTF8Text {
  /// Splits where runs of chosen characters begin and end.
  ///
  /// - Parameter individually: whether each of these characters is a part of its own.
  @inline(__always)
  func splitRuns(
    _ individually: Bool = false, of isASCIIMember: (UInt8) -> Bool, or isMember: (Unicode.Scalar) -> Bool,
    _ body: (UTF8Text) -> Void
  ) {
    var start = 0
    var position = 0
    var previousIsMember = false
    while position < count {
      let byte = bytes[position]
      let belongs: Bool
      var length = 1
      if byte < 0x80 {
        belongs = isASCIIMember(byte)
      } else {
        let character = character(at: position)
        length = character.length
        belongs = character.scalar.map(isMember) ?? false
      }
      if position > start, belongs != previousIsMember || belongs && individually {
        body(self[start..<position])
        start = position
      }
      previousIsMember = belongs
      position += length
    }
    if start < count { body(self[start..<count]) }
  }

  /// Makes every three ASCII digits in a row a part of their own, from the left.
  func splitDigitTriples(_ body: (UTF8Text) -> Void) {
    var start = 0
    var position = 0
    while position + 3 <= count {
      guard bytes[position..<position + 3].allSatisfy(\.isASCIIDigit) else {
        position += 1
        continue
      }
      if start < position { body(self[start..<position]) }
      body(self[position..<position + 3])
      position += 3
      start = position
    }
    if start < count { body(self[start..<count]) }
  }

  /// The parts between white space.
  func splitAtWhitespace(_ body: (UTF8Text) -> Void) {
    var start = endOfWhitespace(from: 0)
    while start < count {
      var end = start
      while end < count, !isWhitespace(at: end) { end += character(at: end).length }
      body(self[start..<end])
      start = endOfWhitespace(from: end)
    }
  }

  private func isWhitespace(at position: Int) -> Bool {
    character(at: position).scalar?.properties.isWhitespace == true
  }

  func splitAfterSpaces(_ body: (UTF8Text) -> Void) {
    var start = 0
    for position in 0..<count where bytes[position] == 0x20 {
      body(self[start..<position + 1])
      start = position + 1
    }
    if start < count { body(self[start..<count]) }
  }

  /// Splits before each occurrence of `symbol`, which is one character.
  func split(before symbol: [UInt8], _ body: (UTF8Text) -> Void) {
    var start = 0
    var position = 1
    while position + symbol.count <= count {
      if bytes[position] == symbol[0], bytes[position..<position + symbol.count].elementsEqual(symbol) {
        body(self[start..<position])
        start = position
      }
      position += 1
    }
    if start < count { body(self[start..<count]) }
  }
}

extension UInt8 {
  @inline(__always) var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

  /// The ASCII part of `Unicode.Scalar.isPunctuation`: all but letters, digits, spaces, controls and "`".
  var isASCIIPunctuation: Bool {
    0x21...0x7e ~= self && self != UInt8(ascii: "`") && CharacterClass(ascii: self) == .other
  }
}
