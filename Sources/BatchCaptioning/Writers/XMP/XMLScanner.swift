/// Reads the elements of an XML 1.0 text in UTF-8, with their offsets. A document type is not allowed.
struct XMLScanner {
  /// The greatest depth of elements, more than any sidecar has.
  private static let deepest = 256

  private let bytes: [UInt8]
  private var position = 0
  private var elements: [XMLElement] = []
  /// Elements that have begun and not ended.
  private var open: [Int] = []

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// - Returns: elements in the order of their starts.
  static func elements(of bytes: [UInt8]) throws(XMLError) -> [XMLElement] {
    var scanner = XMLScanner(bytes)
    try scanner.scan()
    return scanner.elements
  }

  private mutating func scan() throws(XMLError) {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw error("it is not in UTF-8") }
    guard text.unicodeScalars.allSatisfy(XMLText.isAllowed) else { throw error("it holds control characters") }
    _ = skip("\u{FEFF}")
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "<") { try scanMarkup() } else { try scanText() }
    }
    if let last = open.last { throw error("<\(self.text(elements[last].name))> has no end") }
    if elements.isEmpty { throw error("it has no element") }
  }

  private mutating func scanText() throws(XMLError) {
    let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
    let text = bytes[position..<end]
    if !text.allSatisfy(XMLText.isSpace) {
      guard let current = open.last else { throw error("there is text outside of the root") }
      guard XMLText.resolved(text) != nil else { throw error("a reference is none of XML's own") }
      elements[current].hasText = true
    }
    position = end
  }

  private mutating func scanMarkup() throws(XMLError) {
    if skip("<!--") {
      try skipPast("-->", of: "a comment")
    } else if skip("<![CDATA[") {
      guard let current = open.last else { throw error("there is text outside of the root") }
      let start = position
      try skipPast("]]>", of: "a CDATA section")
      if !bytes[start..<position - 3].allSatisfy(XMLText.isSpace) { elements[current].hasText = true }
    } else if skip("<!") {
      throw error("it has a document type")
    } else if skip("<?xml ") {
      try scanDeclaration()
    } else if skip("<?") {
      try skipPast("?>", of: "a processing instruction")
    } else if skip("</") {
      try scanEndTag()
    } else {
      try scanStartTag()
    }
  }

  private mutating func scanDeclaration() throws(XMLError) {
    let start = position
    try skipPast("?>", of: "the XML declaration")
    let parts = String(decoding: bytes[start..<position], as: UTF8.self).split(separator: "encoding", maxSplits: 1)
    guard parts.count == 2 else { return }
    let encoding = parts[1].drop { " \t\r\n=\"'".contains($0) }.prefix { !"\"'".contains($0) }
    // What is added is in UTF-8.
    if encoding.lowercased() != "utf-8" { throw error("it is in \(encoding), not in UTF-8") }
  }

  private mutating func scanStartTag() throws(XMLError) {
    let start = position
    position += 1
    if open.isEmpty && !elements.isEmpty { throw error("it has more than one root") }
    let name = try scanName()
    var attributes: [XMLAttribute] = []
    var names = Set<ArraySlice<UInt8>>()
    while true {
      let hadSpace = skipSpace()
      let isEmptyTag = skip("/>")
      if isEmptyTag || skip(">") {
        elements.append(
          XMLElement(
            parent: open.last, name: name, attributes: attributes, startTag: start..<position, isEmptyTag: isEmptyTag,
            content: position..<position))
        if !isEmptyTag { open.append(elements.count - 1) }
        if open.count > Self.deepest { throw error("its elements are nested too deep") }
        return
      }
      guard hadSpace else { throw error("the tag <\(text(name))> is not well-formed") }
      let attribute = try scanAttribute()
      attributes.append(attribute)
      guard names.insert(bytes[attribute.name]).inserted else {
        throw error("<\(text(name))> has \(text(attribute.name)) twice")
      }
    }
  }

  private mutating func scanAttribute() throws(XMLError) -> XMLAttribute {
    let name = try scanName()
    skipSpace()
    guard skip("=") else { throw error("\(text(name)) has no value") }
    skipSpace()
    guard position < bytes.count, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(bytes[position]),
      let end = bytes[(position + 1)...].firstIndex(of: bytes[position])
    else { throw error("the value of \(text(name)) is not in quotes") }
    let value = position + 1..<end
    guard !bytes[value].contains(UInt8(ascii: "<")), XMLText.resolved(bytes[value]) != nil else {
      throw error("the value of \(text(name)) is not well-formed")
    }
    position = end + 1
    return XMLAttribute(name: name, value: value)
  }

  private mutating func scanEndTag() throws(XMLError) {
    let start = position - 2
    let name = try scanName()
    skipSpace()
    guard let last = open.popLast(), bytes[elements[last].name] == bytes[name], skip(">") else {
      throw error("</\(text(name))> ends no element")
    }
    elements[last].content = elements[last].startTag.upperBound..<start
  }
}

extension XMLScanner {
  private mutating func scanName() throws(XMLError) -> Range<Int> {
    func isName(_ byte: UInt8, first: Bool) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...: true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"): !first
      default: false
      }
    }
    let start = position
    while position < bytes.count, isName(bytes[position], first: position == start) { position += 1 }
    if start == position { throw error("a name is missing") }
    return start..<position
  }

  @discardableResult
  private mutating func skipSpace() -> Bool {
    let start = position
    while position < bytes.count, XMLText.isSpace(bytes[position]) { position += 1 }
    return position > start
  }

  private mutating func skip(_ text: String) -> Bool {
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  private mutating func skipPast(_ text: String, of what: String) throws(XMLError) {
    let start = position
    while let candidate = bytes[position...].firstIndex(of: text.utf8[text.utf8.startIndex]) {
      position = candidate
      if skip(text) { return }
      position += 1
    }
    position = start
    throw error("\(what) has no end")
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private func error(_ problem: String) -> XMLError {
    XMLError(line: 1 + bytes[..<position].count { $0 == UInt8(ascii: "\n") }, problem: problem)
  }
}
