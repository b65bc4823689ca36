/// Bytes that an output is about to write after its last row.
package struct PendingBytes: Sendable, Equatable {
  /// The offset in the output's file at which they begin.
  package var offset: Int
  package var bytes: [UInt8]
  /// The output's position afterwards, if instead its whole file is replaced by another.
  package var replacement: OutputPosition?

  package init(offset: Int, bytes: [UInt8], replacement: OutputPosition? = nil) {
    self.offset = offset
    self.bytes = bytes
    self.replacement = replacement
  }
}
