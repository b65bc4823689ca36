/// Memory of our own, aligned for the widest vector loads.
package final class RawBuffer: @unchecked Sendable {
  // Unchecked: only the holder of the sole reference may write; `Tensor` keeps to that by copy-on-write.
  package static let alignment = 64

  package let pointer: UnsafeMutableRawPointer
  package let byteCount: Int
  private let capacity: Int

  /// Uninitialised memory.
  package init(byteCount: Int) {
    self.byteCount = byteCount
    (pointer, capacity) = BufferPool.shared.take(BufferPool.capacity(for: byteCount))
  }

  deinit { BufferPool.shared.give(pointer, capacity: capacity) }

  package var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: pointer, count: byteCount) }
}
