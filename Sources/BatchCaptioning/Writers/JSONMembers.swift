/// The members of a JSON object in their original bytes, so that an object can be rewritten without touching its
/// values: numbers keep their digits, and Python's additions to JSON (`NaN`) stay.
struct JSONMembers {
  struct Member: Equatable {
    /// The name, as it is between the quotes.
    let name: [UInt8]
    let value: [UInt8]
  }

  var members: [Member] = []

  init() {}

  /// `nil` for what is not UTF-8 or no object. Values are delimited, not checked.
  init?(_ bytes: [UInt8]) {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    var scanner = Scanner(rest: bytes[...])
    if scanner.rest.starts(with: [0xEF, 0xBB, 0xBF]) { scanner.rest.removeFirst(3) }
    guard scanner.take("{") else { return nil }
    if !scanner.take("}") {
      repeat {
        guard let name = scanner.string(), scanner.take(":"), let value = scanner.value() else { return nil }
        members.append(Member(name: Array(name.dropFirst().dropLast()), value: Array(value)))
      } while scanner.take(",")
      guard scanner.take("}") else { return nil }
    }
    guard scanner.isAtEnd else { return nil }
  }

  subscript(name: [UInt8]) -> [UInt8]? { members.first { $0.name == name }?.value }

  mutating func add(_ name: String, _ value: [UInt8]) { members.append(Member(name: Array(name.utf8), value: value)) }

  /// The object on one line.
  var bytes: [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    for (index, member) in members.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += [UInt8(ascii: "\"")] + member.name + [UInt8(ascii: "\""), UInt8(ascii: ":")] + member.value
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    private mutating func skipBlanks() {
      rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }

    var isAtEnd: Bool {
      mutating get {
        skipBlanks()
        return rest.isEmpty
      }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipBlanks()
      guard let first = rest.first, UInt32(first) == character.value else { return false }
      rest.removeFirst()
      return true
    }

    /// Reads a string, with its quotes.
    mutating func string() -> ArraySlice<UInt8>? {
      skipBlanks()
      guard rest.first == UInt8(ascii: "\"") else { return nil }
      var end = rest.startIndex + 1
      while end < rest.endIndex {
        switch rest[end] {
        case UInt8(ascii: "\""):
          defer { rest = rest[(end + 1)...] }
          return rest[...end]
        case UInt8(ascii: "\\"): end += 2
        default: end += 1
        }
      }
      return nil
    }

    /// Reads a value, up to the comma or brace after it.
    mutating func value() -> ArraySlice<UInt8>? {
      skipBlanks()
      let start = rest
      var depth = 0
      scanning: while let byte = rest.first {
        switch byte {
        case UInt8(ascii: "\""):
          if string() == nil { return nil }
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { break scanning }
          depth -= 1
        case UInt8(ascii: ","): if depth == 0 { break scanning }
        default: break
        }
        rest.removeFirst()
      }
      var value = start[..<rest.startIndex]
      while let last = value.last, last <= 0x20 { value.removeLast() }
      return value.isEmpty ? nil : value
    }
  }
}
