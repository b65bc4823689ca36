/// Memory that the system would not give: what for, how much, and what may help.
package struct OutOfMemory: Error, Equatable, Sendable, CustomStringConvertible {
  /// The purpose of the memory, such as "the pixels of photo.jpg".
  package let what: String
  package let byteCount: Int
  /// What the user can do about it.
  package let remedy: String

  package init(what: String, byteCount: Int, remedy: String) {
    self.what = what
    self.byteCount = byteCount
    self.remedy = remedy
  }

  package var description: String {
    "out of memory: \((byteCount >> 20) + (byteCount % (1 << 20) > 0 ? 1 : 0)) MiB for \(what) cannot be had; \(remedy)"
  }
}
