/// Memory of our own, aligned for the widest vector loads.
public final class RawBuffer: @unchecked Sendable {
  // Unchecked: whoever holds the only reference may write; `Tensor` keeps to that by copy-on-write.
  public static let alignment = 64

  public let pointer: UnsafeMutableRawPointer
  public let byteCount: Int

  /// Uninitialised memory.
  public init(byteCount: Int) {
    self.byteCount = byteCount
    pointer = .allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
  }

  deinit { pointer.deallocate() }

  public var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: pointer, count: byteCount) }
}
