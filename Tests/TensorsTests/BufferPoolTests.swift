import Tensors
import Testing

/// Memory of large buffers is used again, and no more of it is kept than the limit says.
struct BufferPoolTests {
  private let large = BufferPool.capacity(for: 100_000)

  @Test("A large buffer that was given up serves the next of its size")
  func reuses() {
    let pool = BufferPool(limit: 1 << 20)
    let first = pool.take(large).pointer
    pool.give(first, capacity: large)
    #expect(pool.freeBytes == large)
    let second = pool.take(large).pointer
    #expect(second == first)
    #expect(pool.freeBytes == 0)
    BufferPool.release(second, large)
  }

  @Test("A buffer that is larger by a quarter at the most serves, too, and keeps its own size")
  func servesSmaller() {
    let pool = BufferPool(limit: 8 << 20)
    // One of the size itself would be taken first.
    let sizes = [1_000_000, 1_150_000, 1_400_000].map { BufferPool.capacity(for: $0) }
    let buffers = sizes.map { pool.take($0).pointer }
    pool.give(buffers[1], capacity: sizes[1])
    pool.give(buffers[2], capacity: sizes[2])
    let found = pool.take(sizes[0])
    #expect(found.pointer == buffers[1])
    #expect(found.capacity == sizes[1])
    // The third is too large for the first size.
    let fresh = pool.take(sizes[0])
    #expect(fresh.pointer != buffers[2])
    #expect(fresh.capacity == sizes[0])
    for (pointer, capacity) in [(buffers[0], sizes[0]), found, fresh] { BufferPool.release(pointer, capacity) }
  }

  @Test("A buffer that is in use is never handed out again")
  func distinct() {
    let pool = BufferPool(limit: 1 << 20)
    let (first, second) = (pool.take(large).pointer, pool.take(large).pointer)
    #expect(first != second)
    pool.give(first, capacity: large)
    pool.give(second, capacity: large)
    #expect(pool.freeBytes == 2 * large)
  }

  @Test("Beyond the limit, what has waited longest goes first")
  func evictsOldest() {
    let (a, b) = (BufferPool.capacity(for: 400_000), BufferPool.capacity(for: 500_000))
    let pool = BufferPool(limit: a + b)
    let (old, young) = (pool.take(a).pointer, pool.take(b).pointer)
    pool.give(old, capacity: a)
    pool.give(young, capacity: b)
    #expect(pool.freeBytes == a + b)
    pool.give(pool.take(large).pointer, capacity: large)
    #expect(pool.freeBytes == b + large)
    let again = pool.take(b).pointer
    #expect(again == young)
    BufferPool.release(again, b)
  }

  @Test("Small buffers, and one larger than the limit, are not kept", arguments: [1, 1000, 65_535, 3 << 20])
  func keepsNeitherSmallNorHuge(byteCount: Int) {
    let pool = BufferPool(limit: 1 << 20)
    let capacity = BufferPool.capacity(for: byteCount)
    pool.give(pool.take(capacity).pointer, capacity: capacity)
    #expect(pool.freeBytes == 0)
  }

  @Test("A capacity holds its bytes and is larger by an eighth at the most")
  func capacities() {
    for byteCount in [0, 1, 63, 65_535, 65_536, 65_537, 100_000, 131_071, 131_072, 1_000_003, 123_456_789] {
      let capacity = BufferPool.capacity(for: byteCount)
      #expect(capacity >= max(byteCount, 1))
      #expect(capacity <= max(byteCount + byteCount / 8 + 1, 1))
      #expect(BufferPool.capacity(for: capacity) == capacity)
    }
  }

  @Test("Buffers taken and given by many tasks at once hold what each wrote")
  func isSafeAcrossTasks() async {
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          var isSound = true
          for round in 0..<200 {
            let buffer = RawBuffer(byteCount: 70_000 + 1_000 * (round % 5))
            let mark = UInt8(task * 16 + round % 16)
            buffer.bytes.initializeMemory(as: UInt8.self, repeating: mark)
            await Task.yield()
            isSound = isSound && buffer.bytes.allSatisfy { $0 == mark }
          }
          return isSound
        }
      }
      for await isSound in group { #expect(isSound) }
    }
  }
}
