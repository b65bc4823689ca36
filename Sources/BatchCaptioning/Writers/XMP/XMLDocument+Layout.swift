extension XMLDocument {
  /// Inserts lines before an element's content, indented as its neighbours are; without white space where the document
  /// has no lines there.
  ///
  /// - Parameter lines: each with its depth below the element's children.
  func inserting(_ lines: [(depth: Int, bytes: [UInt8])], into element: Int) -> Edit {
    guard let own = indentation(of: element) else {
      return inserting(lines.flatMap(\.bytes), into: element)
    }
    let children = children(of: element).first.flatMap { indentation(of: $0) } ?? own + [own.last ?? 0x20]
    // The indentation of a child relative to its parent.
    let unit = children.starts(with: own) && children.count > own.count ? Array(children[own.count...]) : [0x20]
    var content: [UInt8] = []
    for line in lines {
      content += newline + children
      for _ in 0..<line.depth { content += unit }
      content += line.bytes
    }
    if elements[element].content.isEmpty { content += newline + own }
    return inserting(content, into: element)
  }

  private func inserting(_ content: [UInt8], into element: Int) -> Edit {
    if elements[element].isEmptyTag { return setting(content, of: element) }
    let start = elements[element].content.lowerBound
    return Edit(range: start..<start, bytes: content)
  }

  /// The white space before an element on its line; `nil` where something else is before it.
  private func indentation(of element: Int) -> [UInt8]? {
    let start = elements[element].startTag.lowerBound
    guard let before = bytes[..<start].lastIndex(where: { $0 != 0x20 && $0 != 0x09 }), bytes[before] == 0x0A else {
      return nil
    }
    return Array(bytes[(before + 1)..<start])
  }

  private var newline: [UInt8] {
    guard let first = bytes.firstIndex(of: 0x0A), first > 0, bytes[first - 1] == 0x0D else { return [0x0A] }
    return [0x0D, 0x0A]
  }
}
