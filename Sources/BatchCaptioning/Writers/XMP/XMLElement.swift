/// An element of an XML text, by its offsets in the text's bytes.
struct XMLElement {
  /// The parent's index in the document's elements; `nil` for the root.
  let parent: Int?
  /// The range of its name as written, with its prefix.
  let name: Range<Int>
  let attributes: [XMLAttribute]
  let startTag: Range<Int>
  /// Whether it is `<a/>`, start and end in one.
  let isEmptyTag: Bool
  /// The range between its tags; empty after `<a/>`.
  var content: Range<Int>
  /// Whether there is text of its own between its tags, besides white space.
  var hasText = false
}

struct XMLAttribute {
  /// The range of its name as written, with its prefix.
  let name: Range<Int>
  /// The range of its value between the quotes.
  let value: Range<Int>
}

/// Why a text is no XML.
struct XMLError: Error, Equatable {
  /// The line number, counted from 1.
  let line: Int
  let problem: String
}
