/// Finds the tags of an XML text; comments, instructions and CDATA are passed over.
struct XMLScanner {
  struct Tag {
    enum Kind { case start, end, selfClosing }
    let kind: Kind
    /// With its prefix.
    let name: String
    let range: Range<Int>
    var attributes: [(name: String, value: Range<Int>, quote: UInt8)] = []
  }

  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  mutating func next() throws(XMPDocument.Problem) -> Tag? {
    while let start = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
      place = start
      if try skip("<!--", to: "-->") { continue }
      if try skip("<?", to: "?>") { continue }
      if try skip("<![CDATA[", to: "]]>") { continue }
      if starts(with: "<!") { throw XMPDocument.Problem(message: "it has a document type definition") }
      return try tag()
    }
    return nil
  }

  private func starts(with text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

  private mutating func skip(_ opening: String, to closing: String) throws(XMPDocument.Problem) -> Bool {
    guard starts(with: opening) else { return false }
    let mark = Array(closing.utf8)
    var index = place + opening.utf8.count
    while index + mark.count <= bytes.count {
      if bytes[index..<index + mark.count].elementsEqual(mark) {
        place = index + mark.count
        return true
      }
      index += 1
    }
    throw XMPDocument.Problem(message: "'\(opening)' has no end")
  }

  private mutating func tag() throws(XMPDocument.Problem) -> Tag {
    let start = place
    place += 1
    let isEnd = current == UInt8(ascii: "/")
    if isEnd { place += 1 }
    let name = word()
    if name.isEmpty { throw XMPDocument.Problem(message: "a '<' that begins no tag") }
    var attributes: [(name: String, value: Range<Int>, quote: UInt8)] = []
    while true {
      skipSpace()
      switch current {
      case UInt8(ascii: ">"):
        place += 1
        return Tag(kind: isEnd ? .end : .start, name: name, range: start..<place, attributes: attributes)
      case UInt8(ascii: "/") where place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: ">"):
        place += 2
        return Tag(kind: .selfClosing, name: name, range: start..<place, attributes: attributes)
      default:
        attributes.append(try attribute(of: name))
      }
    }
  }

  private mutating func attribute(
    of tag: String
  ) throws(XMPDocument.Problem) -> (name: String, value: Range<Int>, quote: UInt8) {
    let problem = XMPDocument.Problem(message: "the tag <\(tag)> is broken")
    let name = word()
    skipSpace()
    guard !name.isEmpty, current == UInt8(ascii: "=") else { throw problem }
    place += 1
    skipSpace()
    guard let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
      let end = bytes[(place + 1)...].firstIndex(of: quote)
    else { throw problem }
    defer { place = end + 1 }
    return (name, place + 1..<end, quote)
  }

  private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = current, Self.isSpace(byte) { place += 1 }
  }

  private mutating func word() -> String {
    let rest = bytes[place...].prefix { byte in
      !Self.isSpace(byte)
        && ![UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "/"), UInt8(ascii: "<")].contains(byte)
    }
    place += rest.count
    return String(decoding: rest, as: UTF8.self)
  }
}
