/// The tags of an XML document with their places, as much as is needed to put something into it and leave all else as it
/// is, byte for byte. Documents with a DTD are refused.
struct XMPDocument {
  let bytes: [UInt8]
  private(set) var elements: [Element] = []

  struct Element {
    /// Namespace and local name.
    var namespace: String
    var name: String
    /// Of the start tag, angle brackets included.
    var startTag: Range<Int>
    /// Between the tags; empty at the start tag's end where it closes itself.
    var content: Range<Int>
    var isSelfClosing: Bool
    var parent: Int?
    var attributes: [Attribute]
    /// Prefixes that are declared here, by the namespace they stand for.
    var prefixes: [String: String]
  }

  struct Attribute {
    var namespace: String
    var name: String
    /// Between the quotes.
    var value: Range<Int>
    var quote: UInt8
  }

  struct Problem: Error {
    let message: String
  }

  /// - Throws: `Problem` for what is not well-formed.
  init(_ bytes: [UInt8]) throws(Problem) {
    self.bytes = bytes
    guard String(validating: bytes, as: UTF8.self) != nil else { throw Problem(message: "it is not UTF-8") }
    var scanner = XMLScanner(bytes)
    var open: [Int] = []
    var namespaces: [[String: String]] = [["xml": "http://www.w3.org/XML/1998/namespace"]]
    while let tag = try scanner.next() {
      switch tag.kind {
      case .end:
        guard let index = open.popLast() else { throw Problem(message: "a tag is closed that was not opened") }
        namespaces.removeLast()
        guard elements[index].qualifiedName(in: bytes) == tag.name else {
          throw Problem(message: "</\(tag.name)> closes another tag")
        }
        elements[index].content = elements[index].startTag.upperBound..<tag.range.lowerBound
      case .start, .selfClosing:
        var known = namespaces[namespaces.count - 1]
        for attribute in tag.attributes {
          let value = String(decoding: bytes[attribute.value], as: UTF8.self)
          if attribute.name == "xmlns" { known[""] = value }
          if attribute.name.hasPrefix("xmlns:") { known[String(attribute.name.dropFirst(6))] = value }
        }
        let (namespace, name) = Self.split(tag.name, known, isAttribute: false)
        elements.append(
          Element(
            namespace: namespace, name: name, startTag: tag.range,
            content: tag.range.upperBound..<tag.range.upperBound, isSelfClosing: tag.kind == .selfClosing,
            parent: open.last,
            attributes: tag.attributes.map { attribute in
              let (namespace, name) = Self.split(attribute.name, known, isAttribute: true)
              return Attribute(namespace: namespace, name: name, value: attribute.value, quote: attribute.quote)
            },
            prefixes: known))
        if tag.kind == .start {
          open.append(elements.count - 1)
          namespaces.append(known)
        }
      }
    }
    if let index = open.last { throw Problem(message: "<\(elements[index].qualifiedName(in: bytes))> is never closed") }
    if elements.isEmpty { throw Problem(message: "it holds no element") }
  }

  private static func split(
    _ name: String, _ namespaces: [String: String], isAttribute: Bool
  ) -> (namespace: String, name: String) {
    guard let colon = name.firstIndex(of: ":") else {
      // The default namespace is for elements only.
      return (isAttribute ? "" : namespaces[""] ?? "", name)
    }
    return (namespaces[String(name[..<colon])] ?? "", String(name[name.index(after: colon)...]))
  }

  func children(of parent: Int, _ namespace: String, _ name: String) -> [Int] {
    elements.indices.filter {
      elements[$0].parent == parent && elements[$0].namespace == namespace && elements[$0].name == name
    }
  }

  func all(_ namespace: String, _ name: String) -> [Int] {
    elements.indices.filter { elements[$0].namespace == namespace && elements[$0].name == name }
  }

  /// The prefix that stands for a namespace at this element; `nil` where none does.
  func prefix(of namespace: String, at element: Int) -> String? {
    elements[element].prefixes.filter { $0.value == namespace && !$0.key.isEmpty }.keys.min()
  }
}

extension XMPDocument.Element {
  func qualifiedName(in bytes: [UInt8]) -> String {
    let rest = bytes[startTag].dropFirst()
    return String(decoding: rest.prefix { !XMLScanner.isSpace($0) && $0 != 0x2F && $0 != 0x3E }, as: UTF8.self)
  }
}
