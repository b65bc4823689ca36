/// A text file with the caption alone, as training tools read it.
package struct TextSidecar: SidecarFormat {
  package init() {}

  package func content(_ caption: BatchCaption, existing: [UInt8]?, overwrites: Bool) -> [UInt8]? {
    existing != nil && !overwrites ? nil : Array((caption.text + "\n").utf8)
  }

  package func isComplete(_ existing: [UInt8]) -> Bool { true }
}
