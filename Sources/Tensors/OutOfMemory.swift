/// Memory that the system would not give: what for, how much, and what may help.
public struct OutOfMemory: Error, Equatable, Sendable, CustomStringConvertible {
  /// What needs it, such as "the pixels of photo.jpg".
  public let what: String
  public let byteCount: Int
  /// What the user can do about it.
  public let remedy: String

  public init(what: String, byteCount: Int, remedy: String) {
    self.what = what
    self.byteCount = byteCount
    self.remedy = remedy
  }

  public var description: String {
    "out of memory: \((byteCount >> 20) + (byteCount % (1 << 20) > 0 ? 1 : 0)) MiB for \(what) cannot be had; \(remedy)"
  }
}
