import Foundation

/// The caption in an XMP sidecar: `dc:description` in the default language, as `caption batch --xmp` and others do.
enum XMPCaption {
  private static let element = "dc:description"

  /// Finds the caption; `nil` where there is none.
  static func find(_ xmp: String) -> String? {
    guard let description = content(of: element, in: xmp[...]) else { return attribute(in: xmp) }
    let items = items(in: description)
    let item = items.first { $0.tag.contains("\"x-default\"") || $0.tag.contains("'x-default'") } ?? items.first
    return unescaped(item?.content ?? description)
  }

  /// The content between the tags of the first element of a name.
  private static func content(of name: String, in text: Substring) -> Substring? {
    guard let start = text.range(of: "<\(name)"), let open = text[start.upperBound...].firstIndex(of: ">"),
      text[start.upperBound].isWhitespace || start.upperBound == open,
      let end = text[open...].range(of: "</\(name)")
    else { return nil }
    return text[text.index(after: open)..<end.lowerBound]
  }

  /// The alternatives, each with its tag.
  private static func items(in description: Substring) -> [(tag: Substring, content: Substring)] {
    var items: [(tag: Substring, content: Substring)] = []
    var rest = description
    while let start = rest.range(of: "<rdf:li"), let open = rest[start.upperBound...].firstIndex(of: ">"),
      let end = rest[open...].range(of: "</rdf:li")
    {
      items.append((rest[start.lowerBound..<open], rest[rest.index(after: open)..<end.lowerBound]))
      rest = rest[end.upperBound...]
    }
    return items
  }

  /// The value of `dc:description="…"`.
  private static func attribute(in text: String) -> String? {
    guard let start = text.range(of: "\(element)=\""), let end = text[start.upperBound...].firstIndex(of: "\"") else {
      return nil
    }
    return unescaped(text[start.upperBound..<end])
  }

  /// The text with entities and character references replaced.
  private static func unescaped(_ text: Substring) -> String {
    var result = ""
    var rest = text
    while let ampersand = rest.firstIndex(of: "&") {
      result += rest[..<ampersand]
      rest = rest[rest.index(after: ampersand)...]
      guard let end = rest.firstIndex(of: ";"), let character = character(rest[..<end]) else {
        result += "&"
        continue
      }
      result.unicodeScalars.append(character)
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private static func character(_ name: Substring) -> Unicode.Scalar? {
    switch name {
    case "lt": return "<"
    case "gt": return ">"
    case "amp": return "&"
    case "quot": return "\""
    case "apos": return "'"
    default:
      let isHexadecimal = name.hasPrefix("#x")
      guard name.hasPrefix("#") else { return nil }
      return UInt32(name.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10).flatMap {
        Unicode.Scalar($0)
      }
    }
  }
}
