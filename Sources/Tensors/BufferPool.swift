import CKernels
import Synchronization

/// Keeps the memory of large buffers that were released, for the buffers that come next.
///
/// A model's layers ask for the same few sizes over and over, millions of times in a batch. From the C library's heap that
/// memory comes either with gaps that grow with time, so that a long run needs more than a short one, or as fresh pages that
/// the system has to clear each time.
package final class BufferPool: Sendable {
  package static let shared = BufferPool(limit: 16 << 20)

  /// Smaller buffers come from the heap, whose own free lists serve them well.
  package static let smallest = 64 << 10

  /// The most bytes that wait unused.
  package var limit: Int { free.withLock { $0.limit } }

  /// The limit for batches of photos.
  package static let batchLimit = 64 << 20

  /// The limit for training. Its steps ask for much the same buffers again and again, a gigabyte of them in a step of
  /// 64 captions: fresh pages, which the system clears, would take a quarter of the time. The unused memory was in use
  /// a step ago, so it hardly adds to the most that a run needs.
  package static let trainingLimit = 4 << 30

  package func setLimit(_ limit: Int) { free.withLock { $0.limit = limit } }

  private let free: Mutex<Free>

  private struct Free {
    /// Ordered by release, the latest last.
    var buffers: [Buffer] = []
    var bytes = 0
    var limit: Int
  }

  private struct Buffer: @unchecked Sendable {
    // Unchecked: nobody else knows of this memory.
    let pointer: UnsafeMutableRawPointer
    let capacity: Int
  }

  package init(limit: Int) { free = Mutex(Free(limit: limit)) }

  deinit { free.withLock { $0.buffers }.forEach { Self.release($0.pointer, $0.capacity) } }

  /// Bytes that wait unused.
  package var freeBytes: Int { free.withLock { $0.bytes } }

  /// The bytes that are allocated for a buffer of this size. Large sizes are rounded up by at most an eighth, so that
  /// similar sizes, such as those of a growing number of rows, can serve each other.
  package static func capacity(for byteCount: Int) -> Int {
    if byteCount < smallest { return max(byteCount, 1) }
    let step = 1 << (Int.bitWidth - 1 - byteCount.leadingZeroBitCount - 3)
    return (byteCount + step - 1) & ~(step - 1)
  }

  /// - Parameter capacity: a result of `capacity(for:)`.
  /// - Returns: memory of that capacity, or of a somewhat larger one.
  package func take(_ capacity: Int) -> (pointer: UnsafeMutableRawPointer, capacity: Int) {
    if capacity >= Self.smallest {
      // The next two capacities serve, too: the rows of one step are not quite as many as those of the next.
      let largest = capacity + capacity / 4
      let found = free.withLock { free -> Buffer? in
        let index =
          free.buffers.lastIndex { $0.capacity == capacity }
          ?? free.buffers.lastIndex { $0.capacity > capacity && $0.capacity <= largest }
        guard let index else { return nil }
        free.bytes -= free.buffers[index].capacity
        return free.buffers.remove(at: index)
      }
      if let found { return (found.pointer, found.capacity) }
    }
    return (Self.allocate(capacity), capacity)
  }

  package func give(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
    if capacity < Self.smallest || capacity > limit { return Self.release(pointer, capacity) }
    let dropped = free.withLock { free in
      free.buffers.append(Buffer(pointer: pointer, capacity: capacity))
      free.bytes += capacity
      var count = 0
      // The buffers that have waited longest have sizes that are no longer asked for.
      while free.bytes > free.limit {
        free.bytes -= free.buffers[count].capacity
        count += 1
      }
      defer { free.buffers.removeFirst(count) }
      return Array(free.buffers.prefix(count))
    }
    for buffer in dropped { Self.release(buffer.pointer, buffer.capacity) }
  }

  /// Large buffers get pages of their own: within the heap, the long-lived ones would keep the gaps between them.
  private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    capacity < smallest ? .allocate(byteCount: capacity, alignment: RawBuffer.alignment) : ck_map_pages(capacity)
  }

  package static func release(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
    if capacity < smallest { pointer.deallocate() } else { ck_unmap_pages(pointer, capacity) }
  }
}
