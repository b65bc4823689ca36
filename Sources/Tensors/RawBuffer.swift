/// Memory of our own, aligned for the widest vector loads.
public final class RawBuffer: @unchecked Sendable {
  // Unchecked: whoever holds the only reference may write; `Tensor` keeps to that by copy-on-write.
  public static let alignment = 64

  public let pointer: UnsafeMutableRawPointer
  public let byteCount: Int
  private let capacity: Int

  /// Uninitialised memory.
  public init(byteCount: Int) {
    self.byteCount = byteCount
    (pointer, capacity) = BufferPool.shared.take(BufferPool.capacity(for: byteCount))
  }

  deinit { BufferPool.shared.give(pointer, capacity: capacity) }

  public var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: pointer, count: byteCount) }
}
