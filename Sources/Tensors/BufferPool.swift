import CKernels
import Synchronization

/// Memory of large buffers that were given up, for those that come next.
///
/// A model's layers ask for the same few sizes over and over, millions of times in a batch. From the C library's heap that
/// memory comes either with gaps that grow with time, so that a long run needs more than a short one, or as fresh pages that
/// the system has to clear each time.
package final class BufferPool: Sendable {
  package static let shared = BufferPool(limit: 16 << 20)

  /// Smaller buffers are the heap's: its own lists serve them well.
  package static let smallest = 64 << 10

  /// The most bytes that wait unused.
  package var limit: Int { free.withLock { $0.limit } }

  /// For batches of photos.
  package static let batchLimit = 64 << 20

  /// For training, whose steps ask for much the same buffers again and again, a gigabyte of them in a step of 64 captions:
  /// fresh pages, which the system clears, would take a quarter of the time. What waits was in use a step ago, so that it
  /// hardly adds to the most that a run needs.
  package static let trainingLimit = 4 << 30

  package func setLimit(_ limit: Int) { free.withLock { $0.limit = limit } }

  private let free: Mutex<Free>

  private struct Free {
    /// Those given up last stand at the end.
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

  /// What is allocated for so many bytes. Large sizes are rounded up by an eighth at the most, so that sizes near each other,
  /// such as those of rows that grow, serve each other.
  package static func capacity(for byteCount: Int) -> Int {
    if byteCount < smallest { return max(byteCount, 1) }
    let step = 1 << (Int.bitWidth - 1 - byteCount.leadingZeroBitCount - 3)
    return (byteCount + step - 1) & ~(step - 1)
  }

  /// - Parameter capacity: of `capacity(for:)`.
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
      // What has waited longest is of a size that is no longer asked for.
      while free.bytes > free.limit {
        free.bytes -= free.buffers[count].capacity
        count += 1
      }
      defer { free.buffers.removeFirst(count) }
      return Array(free.buffers.prefix(count))
    }
    for buffer in dropped { Self.release(buffer.pointer, buffer.capacity) }
  }

  /// Large buffers are pages of their own: within the heap, those that live long would keep the gaps between them.
  private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    capacity < smallest ? .allocate(byteCount: capacity, alignment: RawBuffer.alignment) : ck_map_pages(capacity)
  }

  package static func release(_ pointer: UnsafeMutableRawPointer, _ capacity: Int) {
    if capacity < smallest { pointer.deallocate() } else { ck_unmap_pages(pointer, capacity) }
  }
}
