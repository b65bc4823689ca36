/// Scans JSON by its rules (RFC 8259): finds where they are broken, and where elements and members are.
struct JSONSyntax {
  struct Fault: Error, Equatable {
    /// The index in the bytes.
    let index: Int
    let problem: String
  }

  /// The greatest depth, which is Foundation's.
  private static let maximumDepth = 512

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The fault of a text that is to be one value; `nil` where there is none.
  static func fault(in bytes: ArraySlice<UInt8>) -> Fault? {
    var syntax = JSONSyntax(bytes)
    do throws(Fault) {
      _ = try syntax.value()
      try syntax.end()
      return nil
    } catch {
      return error
    }
  }

  private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private func fault(_ problem: String) -> Fault { Fault(index: position, problem: problem) }

  private mutating func skipSpace() {
    while let next, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    return takeNext(character)
  }

  /// Takes a character, without white space before it.
  private mutating func takeNext(_ character: Unicode.Scalar) -> Bool {
    guard let next, UInt32(next) == character.value else { return false }
    position += 1
    return true
  }

  /// Checks that only white space follows.
  mutating func end() throws(Fault) {
    skipSpace()
    if next != nil { throw fault("something follows the value") }
  }

  /// Skips one value.
  @discardableResult
  mutating func value(depth: Int = 0) throws(Fault) -> ArraySlice<UInt8> {
    skipSpace()
    guard depth < Self.maximumDepth else { throw fault("values are nested too deeply") }
    let start = position
    guard let first = next else { throw fault("it ends where a value should be") }
    switch first {
    case UInt8(ascii: "{"): try members(depth: depth) { _, _ in }
    case UInt8(ascii: "["): try elements(depth: depth) { _ in }
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    default: try word()
    }
    return bytes[start..<position]
  }

  /// Skips an object. `body` is called with each member's name, in its quotes, and value; where a fault ends the
  /// object, with the members before it.
  mutating func members(
    depth: Int = 0, _ body: (_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Void
  ) throws(Fault) {
    guard take("{") else { throw fault("an object should begin here") }
    if take("}") { return }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else {
        throw fault(next == UInt8(ascii: "}") ? "a comma stands before }" : "a name in double quotes should be here")
      }
      let name = try string()
      guard take(":") else { throw fault("a colon should be here") }
      body(name, try value(depth: depth + 1))
    } while take(",")
    guard take("}") else { throw fault(next == nil ? "it ends within an object" : "a comma or } should be here") }
  }

  /// Skips an array. `body` is called with each element; where a fault ends the array, with the elements before it.
  mutating func elements(depth: Int = 0, _ body: (ArraySlice<UInt8>) -> Void) throws(Fault) {
    guard take("[") else { throw fault("an array should begin here") }
    if take("]") { return }
    repeat {
      skipSpace()
      if next == UInt8(ascii: "]") { throw fault("a comma stands before ]") }
      body(try value(depth: depth + 1))
    } while take(",")
    guard take("]") else { throw fault(next == nil ? "it ends within an array" : "a comma or ] should be here") }
  }

  /// Skips a string, with its quotes.
  @discardableResult
  private mutating func string() throws(Fault) -> ArraySlice<UInt8> {
    let start = position
    position += 1
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return bytes[start..<position]
      case UInt8(ascii: "\\"):
        let escaped = bytes[(position + 1)...].first
        guard let escaped else { throw fault("it ends within a text") }
        if escaped == UInt8(ascii: "u") {
          let digits = bytes[(position + 2)...].prefix(4)
          guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
            throw fault("four hexadecimal digits should follow \\u")
          }
        } else if !"\"\\/bfnrt".utf8.contains(escaped) {
          throw fault("a backslash before this character means nothing; write \\\\")
        }
        position += 2
      case 0..<0x20: throw fault("a control character stands in a text; write \\n for a line's end, \\t for a tab")
      default: position += 1
      }
    }
    throw fault("it ends within a text")
  }

  private mutating func number() throws(Fault) {
    let start = position
    _ = takeNext("-")
    if next == UInt8(ascii: "I") { try word() }
    let whole = digits()
    guard whole > 0 else { throw fault("a digit should be here") }
    if whole > 1, bytes[position - whole] == UInt8(ascii: "0") {
      position = start
      throw fault("a number begins with 0")
    }
    if takeNext("."), digits() == 0 { throw fault("a digit should be here") }
    if takeNext("e") || takeNext("E") {
      if !takeNext("+") { _ = takeNext("-") }
      if digits() == 0 { throw fault("a digit should be here") }
    }
  }

  /// - Returns: the number of digits skipped.
  private mutating func digits() -> Int {
    let start = position
    while let next, (0x30...0x39).contains(next) { position += 1 }
    return position - start
  }

  /// Words that Python and others write, and JSON's word for each.
  private static let misspelt = [
    "NaN": "null", "Infinity": "null", "nan": "null", "None": "null", "undefined": "null", "True": "true",
    "False": "false",
  ]

  private mutating func word() throws(Fault) {
    let word = bytes[position...].prefix { Character(Unicode.Scalar($0)).isLetter && $0 < 0x80 }
    let text = String(decoding: word, as: UTF8.self)
    if ["null", "true", "false"].contains(text) {
      position += word.count
      return
    }
    if let right = Self.misspelt[text] { throw fault("\(text) is no JSON; write \(right)") }
    if next == UInt8(ascii: "'") { throw fault("a text stands in double quotes") }
    throw fault("no value begins here")
  }
}

extension JSONSyntax.Fault {
  /// The place for people: the column in a text of one line, else line and column, both counted from 1.
  func place(in bytes: ArraySlice<UInt8>) -> String {
    let before = bytes[..<min(index, bytes.endIndex)]
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? before.startIndex
    let column = "column \(String(decoding: before[lineStart...], as: UTF8.self).count + 1)"
    guard bytes.contains(0x0A) else { return column }
    return "line \(before.count { $0 == 0x0A } + 1), \(column)"
  }
}
