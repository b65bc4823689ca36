/// An element of an XML text, by its places in the text's bytes.
struct XMLElement {
  /// Its place in the document's elements; `nil` for the root.
  let parent: Int?
  /// As it is written, prefix and all.
  let name: Range<Int>
  let attributes: [XMLAttribute]
  let startTag: Range<Int>
  /// Whether it is `<a/>`, start and end in one.
  let isEmptyTag: Bool
  /// Between its tags; nothing behind `<a/>`.
  var content: Range<Int>
  /// Whether there is text of its own between its tags, besides white space.
  var hasText = false
}

struct XMLAttribute {
  /// As it is written, prefix and all.
  let name: Range<Int>
  /// Between the quotes.
  let value: Range<Int>
}

/// Why a text is no XML.
struct XMLError: Error, Equatable {
  /// Counted from 1.
  let line: Int
  let problem: String
}
