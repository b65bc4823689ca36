/// An XML text whose elements are known, to be changed in places and otherwise kept byte for byte.
///
/// Elements are given by their indices in `elements`.
struct XMLDocument {
  let bytes: [UInt8]
  let elements: [XMLElement]

  /// A name in a namespace.
  struct Name {
    let namespace: String
    let local: String
  }

  init(_ bytes: [UInt8]) throws(XMLError) {
    self.bytes = bytes
    elements = try XMLScanner.elements(of: bytes)
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The attribute's value with references resolved.
  func value(_ attribute: XMLAttribute) -> String { XMLText.resolved(bytes[attribute.value]) ?? "" }

  func children(of element: Int) -> [Int] { elements.indices.filter { elements[$0].parent == element } }

  func isElement(_ element: Int, _ name: Name) -> Bool {
    let (prefix, local) = parts(elements[element].name)
    return local == name.local && namespace(prefix, at: element) == name.namespace
  }

  /// Only attributes with a prefix are in a namespace.
  func attribute(_ name: Name, of element: Int) -> XMLAttribute? {
    elements[element].attributes.first { attribute in
      let (prefix, local) = parts(attribute.name)
      return !prefix.isEmpty && local == name.local && namespace(prefix, at: element) == name.namespace
    }
  }

  /// Finds an attribute by its name as written.
  func attribute(_ name: String, of element: Int) -> XMLAttribute? {
    elements[element].attributes.first { bytes[$0.name].elementsEqual(name.utf8) }
  }

  /// The namespace of a prefix at an element; the empty prefix gives the default one.
  func namespace(_ prefix: String, at element: Int) -> String? {
    let declaration = prefix.isEmpty ? "xmlns" : "xmlns:" + prefix
    var place: Int? = element
    while let current = place {
      if let attribute = attribute(declaration, of: current) { return value(attribute) }
      place = elements[current].parent
    }
    return nil
  }

  /// A prefix of a namespace at an element.
  func prefix(of namespace: String, at element: Int) -> String? {
    var place: Int? = element
    var isDefault = false
    while let current = place {
      for attribute in elements[current].attributes where value(attribute) == namespace {
        let (first, second) = parts(attribute.name)
        // A declaration further in may hide it.
        if first == "xmlns", self.namespace(second, at: element) == namespace { return second }
        if first.isEmpty, second == "xmlns", self.namespace("", at: element) == namespace { isDefault = true }
      }
      place = elements[current].parent
    }
    return isDefault ? "" : nil
  }

  private func parts(_ name: Range<Int>) -> (prefix: String, local: String) {
    guard let colon = bytes[name].firstIndex(of: UInt8(ascii: ":")) else { return ("", text(name)) }
    return (text(name.lowerBound..<colon), text(colon + 1..<name.upperBound))
  }
}

extension XMLDocument {
  struct Edit {
    let range: Range<Int>
    let bytes: [UInt8]
  }

  /// The text with these edits, which do not overlap.
  func applying(_ edits: [Edit]) -> [UInt8] {
    var result: [UInt8] = []
    var place = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      result += bytes[place..<edit.range.lowerBound] + edit.bytes
      place = edit.range.upperBound
    }
    return result + bytes[place...]
  }

  /// Replaces all between an element's tags; `<a/>` becomes a start and an end tag.
  func setting(_ content: [UInt8], of element: Int) -> Edit {
    let element = elements[element]
    guard element.isEmptyTag else { return Edit(range: element.content, bytes: content) }
    let slash = element.startTag.upperBound - 2
    return Edit(
      range: slash..<element.startTag.upperBound,
      bytes: Array(">".utf8) + content + Array("</\(text(element.name))>".utf8))
  }

  /// Adds an attribute after those that an element has, on a line of its own if they have one.
  func adding(attribute: String, to element: Int) -> Edit {
    let element = elements[element]
    let last = element.attributes.last
    let end = last.map { $0.value.upperBound + 1 } ?? element.name.upperBound
    var space = Array(" ".utf8)
    if let last {
      let start = bytes[..<last.name.lowerBound].lastIndex { !XMLText.isSpace($0) } ?? 0
      space = Array(bytes[start + 1..<last.name.lowerBound])
    }
    return Edit(range: end..<end, bytes: space + Array(attribute.utf8))
  }
}
