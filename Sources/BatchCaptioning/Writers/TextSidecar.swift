/// A text file with the caption alone, as training tools read it.
package struct TextSidecar: SidecarFormat {
  package init() {}

  package func content(_ caption: BatchCaption, existing: [UInt8]?, overwrites: Bool) -> [UInt8]? {
    if let existing, isComplete(existing), !overwrites { return nil }
    return Array((caption.text + "\n").utf8)
  }

  /// An empty file does not say anything yet.
  package func isComplete(_ existing: [UInt8]) -> Bool { !existing.allSatisfy(XMLText.isSpace) }

  package func says(_ text: String, _ existing: [UInt8]) -> Bool { existing == Array((text + "\n").utf8) }
}
