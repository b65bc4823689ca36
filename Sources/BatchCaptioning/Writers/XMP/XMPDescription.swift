/// The default description of an XMP document, in all the forms that programs write it.
struct XMPDescription {
  static let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  static let dublinCore = "http://purl.org/dc/elements/1.1/"
  private static let property = XMLDocument.Name(namespace: dublinCore, local: "description")

  struct Failure: Error {
    /// The words that follow the sidecar's name in the message.
    let problem: String
  }

  private let document: XMLDocument
  private let place: Place

  private enum Place {
    /// `<rdf:Description dc:description="…">`.
    case attribute(XMLAttribute)
    /// `<rdf:li xml:lang="x-default">…</rdf:li>`, the item of an alternative.
    case item(Int)
    /// `<rdf:Alt>` without such an item.
    case alternative(Int)
    /// `<dc:description>…</dc:description>` without alternatives.
    case property(Int)
    /// There is none; `rdf:Description` is there to take it.
    case subject(Int)
    /// There is not even that; the element is `rdf:RDF`.
    case root(Int)
  }

  /// - Throws: `XMLError`, `Failure`.
  init(_ bytes: [UInt8]) throws {
    document = try XMLDocument(bytes)
    place = try Self.place(in: document)
  }

  private static func name(_ local: String) -> XMLDocument.Name { XMLDocument.Name(namespace: rdf, local: local) }

  private static func place(in document: XMLDocument) throws(Failure) -> Place {
    guard let root = document.elements.indices.first(where: { document.isElement($0, name("RDF")) }) else {
      throw Failure(problem: "is no XMP (it has no rdf:RDF)")
    }
    let subjects = document.children(of: root).filter { document.isElement($0, name("Description")) }
    for subject in subjects {
      if let attribute = document.attribute(property, of: subject) { return .attribute(attribute) }
    }
    let isSubject = Set(subjects)
    let properties = document.elements.indices.filter { element in
      document.elements[element].parent.map(isSubject.contains) ?? false && document.isElement(element, property)
    }
    if let property = properties.first { return try place(of: property, in: document) }
    return subjects.first.map { .subject($0) } ?? .root(root)
  }

  private static func place(of property: Int, in document: XMLDocument) throws(Failure) -> Place {
    let children = document.children(of: property)
    if children.isEmpty {
      guard document.attribute(name("resource"), of: property) == nil,
        document.attribute(name("parseType"), of: property) == nil
      else { throw unknownForm }
      return .property(property)
    }
    // Some programs write a list of one in place of alternatives.
    guard
      let list = children.first(where: { child in
        ["Alt", "Seq", "Bag"].contains { document.isElement(child, name($0)) }
      })
    else { throw unknownForm }
    let items = document.children(of: list).filter { document.isElement($0, name("li")) }
    func language(_ item: Int) -> String? { document.attribute("xml:lang", of: item).map(document.value) }
    guard
      let item = items.first(where: { language($0)?.lowercased() == "x-default" })
        ?? items.first(where: { language($0) == nil })
    else { return .alternative(list) }
    guard document.children(of: item).isEmpty else { throw unknownForm }
    return .item(item)
  }

  private static let unknownForm = Failure(problem: "has a dc:description in a form that is not known")

  /// Whether there is a description that says something.
  var isWritten: Bool {
    switch place {
    case .attribute(let attribute): !document.value(attribute).utf8.allSatisfy(XMLText.isSpace)
    case .item(let element), .property(let element): document.elements[element].hasText
    case .alternative, .subject, .root: false
    }
  }

  /// The document with another description; `nil` where there is one and it is not to be overwritten.
  func replaced(by text: String, overwrites: Bool) -> [UInt8]? {
    if isWritten && !overwrites { return nil }
    let content = XMLText.content(text)
    switch place {
    case .attribute(let attribute):
      return document.applying([XMLDocument.Edit(range: attribute.value, bytes: XMLText.attribute(text))])
    case .item(let item):
      return document.applying([document.setting(content, of: item)])
    case .alternative(let list):
      return document.applying([document.inserting([(0, item(content, at: list))], into: list)])
    case .property(let property) where isWritten:
      // A text without alternatives is read like one, and stays one.
      return document.applying([document.setting(content, of: property)])
    case .property(let property):
      return document.applying([document.inserting(alternative(content, at: property), into: property)])
    case .subject(let subject):
      return document.applying(adding(content, to: subject))
    case .root(let root):
      let prefix = rdfPrefix(at: root)
      let about = prefix.isEmpty ? "" : " \(prefix)about=\"\""
      let lines =
        [(0, Array("<\(prefix)Description\(about) xmlns:dc=\"\(Self.dublinCore)\">".utf8))]
        + property(content, prefix: "dc:", at: root).map { ($0.depth + 1, $0.bytes) }
        + [(0, Array("</\(prefix)Description>".utf8))]
      return document.applying([document.inserting(lines, into: root)])
    }
  }

  private typealias Line = (depth: Int, bytes: [UInt8])

  private func adding(_ content: [UInt8], to subject: Int) -> [XMLDocument.Edit] {
    let declaration = "xmlns:dc=\"\(Self.dublinCore)\""
    if let prefix = document.prefix(of: Self.dublinCore, at: subject) {
      let lines = property(content, prefix: prefix.isEmpty ? "" : prefix + ":", at: subject)
      return [document.inserting(lines, into: subject)]
    }
    if document.namespace("dc", at: subject) == nil {
      let lines = property(content, prefix: "dc:", at: subject)
      return Self.merged(
        document.adding(attribute: declaration, to: subject), document.inserting(lines, into: subject))
    }
    // The prefix stands for something else there: declare it for the new element alone.
    let lines = property(content, prefix: "dc:", declaration: " " + declaration, at: subject)
    return [document.inserting(lines, into: subject)]
  }

  /// Edits at one place become one, so that their order is certain.
  private static func merged(_ first: XMLDocument.Edit, _ second: XMLDocument.Edit) -> [XMLDocument.Edit] {
    guard first.range.lowerBound == second.range.lowerBound else { return [first, second] }
    return [XMLDocument.Edit(range: second.range, bytes: first.bytes + second.bytes)]
  }

  private func rdfPrefix(at element: Int) -> String {
    let prefix = document.prefix(of: Self.rdf, at: element) ?? ""
    return prefix.isEmpty ? "" : prefix + ":"
  }

  private func item(_ content: [UInt8], at element: Int) -> [UInt8] {
    let name = "\(rdfPrefix(at: element))li"
    return Array("<\(name) xml:lang=\"x-default\">".utf8) + content + Array("</\(name)>".utf8)
  }

  private func alternative(_ content: [UInt8], at element: Int) -> [Line] {
    let name = "\(rdfPrefix(at: element))Alt"
    return [
      (0, Array("<\(name)>".utf8)), (1, item(content, at: element)), (0, Array("</\(name)>".utf8)),
    ]
  }

  private func property(_ content: [UInt8], prefix: String, declaration: String = "", at element: Int) -> [Line] {
    [(0, Array("<\(prefix)description\(declaration)>".utf8))]
      + alternative(content, at: element).map { ($0.depth + 1, $0.bytes) }
      + [(0, Array("</\(prefix)description>".utf8))]
  }
}
