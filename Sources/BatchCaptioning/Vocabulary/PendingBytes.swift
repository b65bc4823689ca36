/// Bytes that an output is about to write behind its last row.
package struct PendingBytes: Sendable, Equatable {
  /// Where in the output's file they begin.
  package var offset: Int
  package var bytes: [UInt8]
  /// Where the output will be in place of that, if its file is replaced by another as a whole.
  package var replacement: OutputPosition?

  package init(offset: Int, bytes: [UInt8], replacement: OutputPosition? = nil) {
    self.offset = offset
    self.bytes = bytes
    self.replacement = replacement
  }
}
