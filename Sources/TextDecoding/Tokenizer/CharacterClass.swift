/// The classes that the pre-tokenisers' patterns distinguish: `\p{L}`, `\p{N}`, `\s`, and everything else.
///
/// The categories are those of Unicode 16, as in the regular-expression engines of `tokenizers` 0.23. Characters
/// assigned later are `other` there and therefore here, whatever Unicode version this Swift knows. So the words of a
/// text do not depend on the compiler that built the program.
package enum CharacterClass {
  case letter, number, whitespace, other

  package init(_ scalar: Unicode.Scalar) {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = properties.isAssigned(in: .patterns) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      self = properties.isAssigned(in: .patterns) ? .number : .other
    default:
      self = properties.isWhitespace ? .whitespace : .other
    }
  }

  /// - Parameter byte: below 0x80.
  @inline(__always)
  package init(ascii byte: UInt8) {
    if (byte | 0x20) &- UInt8(ascii: "a") < 26 {
      self = .letter
    } else if byte == UInt8(ascii: " ") || byte &- 9 < 5 {
      self = .whitespace
    } else if byte &- UInt8(ascii: "0") < 10 {
      self = .number
    } else {
      self = .other
    }
  }
}

extension Unicode.Scalar {
  /// Whether the `Digits` pre-tokeniser splits here: categories Nd, Nl and No, in Unicode 17 (`tokenizers` asks Rust's
  /// `char::is_numeric` here, not a regular expression).
  package var isDigit: Bool {
    switch properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: properties.isAssigned(in: .digits)
    default: false
    }
  }

  /// `[\p{P}\$\+<=>\^~\|]` of a regular expression.
  var isPunctuation: Bool {
    if value < 0x80 { return UInt8(value).isASCIIPunctuation }
    guard properties.isAssigned(in: .patterns) else { return false }
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  /// `\w` of a regular expression: what makes a neighbour of an added token part of the same word (Unicode Technical
  /// Standard 18, annex C).
  package var isWordCharacter: Bool {
    guard properties.isAssigned(in: .patterns) else { return false }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return properties.isAlphabetic || properties.isJoinControl
    }
  }
}

extension Unicode.Scalar.Properties {
  fileprivate enum Table: Int {
    case patterns = 16
    case digits = 17
  }

  fileprivate func isAssigned(in table: Table) -> Bool {
    guard let age else { return false }
    return (age.major, age.minor) <= (table.rawValue, 0)
  }
}
