/// An XMP file (ISO 16684-1) whose `dc:description` says the caption in its `x-default` language, as photo programs read
/// it. What an existing file holds besides stays as it is, byte for byte.
package struct XMPSidecar: SidecarFormat {
  private static let dc = "http://purl.org/dc/elements/1.1/"
  private static let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  private static let xml = "http://www.w3.org/XML/1998/namespace"

  package init() {}

  package func content(
    _ caption: BatchCaption, existing: [UInt8]?, overwrites: Bool
  ) throws(ImageFailure) -> [UInt8]? {
    guard let existing else { return Self.new(caption.text) }
    do throws(XMPDocument.Problem) {
      let document = try XMPDocument(existing)
      return try Self.edit(document, caption.text, overwrites: overwrites).map { $0.applied(to: existing) }
    } catch {
      throw ImageFailure(
        .sidecar, stage: .write,
        message: "its XMP sidecar cannot be added to: \(error.message); mend or remove it")
    }
  }

  package func isComplete(_ existing: [UInt8]) -> Bool {
    do throws(XMPDocument.Problem) {
      return try Self.edit(XMPDocument(existing), "", overwrites: false) == nil
    } catch {
      return false
    }
  }

  private static func new(_ caption: String) -> [UInt8] {
    Array(
      """
      <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/">
       <rdf:RDF xmlns:rdf="\(rdf)">
        <rdf:Description rdf:about="" xmlns:dc="\(dc)">
         <dc:description>
          <rdf:Alt>
           <rdf:li xml:lang="x-default">\(escaped(caption))</rdf:li>
          </rdf:Alt>
         </dc:description>
        </rdf:Description>
       </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="w"?>

      """.utf8)
  }

  /// A replacement of some bytes by others.
  private struct Edit {
    var range: Range<Int>
    var text: String

    func applied(to bytes: [UInt8]) -> [UInt8] {
      Array(bytes[..<range.lowerBound]) + Array(text.utf8) + bytes[range.upperBound...]
    }
  }

  /// - Returns: `nil` where the document has a description that is not to be replaced.
  private static func edit(
    _ document: XMPDocument, _ caption: String, overwrites: Bool
  ) throws(XMPDocument.Problem) -> Edit? {
    let descriptions = document.all(rdf, "Description")
    let text = escaped(caption)
    // The short form: the description as an attribute.
    for index in descriptions {
      for attribute in document.elements[index].attributes
      where attribute.namespace == dc && attribute.name == "description" {
        if !overwrites && !attribute.value.isEmpty { return nil }
        return Edit(range: attribute.value, text: text)
      }
    }
    for index in descriptions {
      guard let property = document.children(of: index, dc, "description").first else { continue }
      return try edit(property, in: document, text, overwrites: overwrites)
    }
    guard let first = descriptions.first else { throw XMPDocument.Problem(message: "it has no rdf:Description") }
    return insertion(into: first, of: document, text)
  }

  /// Within a `dc:description` that is there.
  private static func edit(
    _ property: Int, in document: XMPDocument, _ text: String, overwrites: Bool
  ) throws(XMPDocument.Problem) -> Edit? {
    guard let list = document.children(of: property, rdf, "Alt").first else {
      let element = document.elements[property]
      let isEmpty = document.bytes[element.content].allSatisfy(XMLScanner.isSpace)
      if !isEmpty && !overwrites { return nil }
      let prefix = document.prefix(of: rdf, at: property) ?? "rdf"
      return replacement(
        of: element, in: document,
        by: "<\(prefix):Alt><\(prefix):li xml:lang=\"x-default\">\(text)</\(prefix):li></\(prefix):Alt>")
    }
    let items = document.children(of: list, rdf, "li")
    let usual = items.first { item in
      document.elements[item].attributes.contains { attribute in
        attribute.namespace == xml && attribute.name == "lang"
          && String(decoding: document.bytes[attribute.value], as: UTF8.self).lowercased() == "x-default"
      }
    }
    if let usual {
      let element = document.elements[usual]
      let isEmpty = document.bytes[element.content].allSatisfy(XMLScanner.isSpace)
      return isEmpty || overwrites ? replacement(of: element, in: document, by: text) : nil
    }
    // By the specification the default language comes first.
    let prefix = document.prefix(of: rdf, at: list) ?? "rdf"
    let item = "<\(prefix):li xml:lang=\"x-default\">\(text)</\(prefix):li>"
    let element = document.elements[list]
    if element.isSelfClosing { return replacement(of: element, in: document, by: item) }
    return Edit(range: element.content.lowerBound..<element.content.lowerBound, text: item)
  }

  /// A new `dc:description` at the beginning of an `rdf:Description`.
  private static func insertion(into index: Int, of document: XMPDocument, _ text: String) -> Edit {
    let element = document.elements[index]
    let r = document.prefix(of: rdf, at: index) ?? "rdf"
    let known = document.prefix(of: dc, at: index)
    let d = known ?? "dc"
    let declaration = known == nil ? " xmlns:dc=\"\(dc)\"" : ""
    let property =
      "\n   <\(d):description\(declaration)><\(r):Alt><\(r):li xml:lang=\"x-default\">\(text)</\(r):li></\(r):Alt></\(d):description>"
    if element.isSelfClosing { return replacement(of: element, in: document, by: property + "\n  ") }
    return Edit(range: element.content.lowerBound..<element.content.lowerBound, text: property)
  }

  /// New content for an element, which is opened where it closes itself.
  private static func replacement(
    of element: XMPDocument.Element, in document: XMPDocument, by content: String
  ) -> Edit {
    guard element.isSelfClosing else { return Edit(range: element.content, text: content) }
    let end = element.startTag.upperBound
    return Edit(range: end - 2..<end, text: ">\(content)</\(element.qualifiedName(in: document.bytes))>")
  }

  /// Characters that XML 1.0 forbids are left out.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&apos;"
      case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
      default:
        if scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF {
          escaped.unicodeScalars.append(scalar)
        }
      }
    }
    return escaped
  }
}
