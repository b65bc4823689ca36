package import ModelFiles

/// A table in a file from 16-byte keys to numbers, for more entries than memory should hold: open addressing, read and
/// written in place, a few microseconds each. Keys are hashes, and so evenly spread already.
///
/// The table is not flushed to disk: after a power failure entries may be missing or wrong; callers must check them.
package final class DiskIndex {
  private static let slotCount = 24
  /// The number of slots that are read at once.
  private static let run = 8

  let path: String
  private var file: RecordFile
  private var input: InputFile
  private var capacity: Int
  package private(set) var count: Int

  /// Opens the table at `path` if there is a valid one, or begins one.
  ///
  /// - Parameter expected: the number of entries to come; room for them is made at once.
  /// - Throws: `FileSystemError`.
  package init(path: String, expected: Int = 0) throws(FileSystemError) {
    self.path = path
    file = try RecordFile(path: path)
    input = try InputFile(path: path)
    let slots = input.byteCount / Self.slotCount
    if input.byteCount > 0, input.byteCount % Self.slotCount == 0, slots & (slots - 1) == 0, slots >= Self.smallest {
      capacity = slots
      count = 0
      count = try occupied()
    } else {
      try file.truncate(to: 0)
      capacity = Self.smallest
      while capacity < 2 * expected { capacity *= 2 }
      count = 0
      try file.truncate(to: capacity * Self.slotCount)
    }
  }

  private static let smallest = 1024

  /// An empty table, which replaces whatever is at `path`.
  static func empty(path: String, expected: Int) throws(FileSystemError) -> DiskIndex {
    try FileSystem.remove(path)
    return try DiskIndex(path: path, expected: expected)
  }

  package subscript(key: ImageKey) -> Int? {
    get throws(FileSystemError) {
      let (_, value) = try place(of: key)
      return value
    }
  }

  /// Sets the number of a key, which must be at least 0.
  package func set(_ key: ImageKey, to value: Int) throws(FileSystemError) {
    if 2 * (count + 1) > capacity { try grow() }
    let (slot, old) = try place(of: key)
    if old == nil { count += 1 }
    try write(key, value, at: slot, to: file)
  }

  /// Adds to the number of a key, which is 0 for keys that are not there.
  ///
  /// - Returns: the number before.
  @discardableResult
  package func add(_ amount: Int, to key: ImageKey) throws(FileSystemError) -> Int {
    let old = try self[key] ?? 0
    try set(key, to: old + amount)
    return old
  }

  /// The slot where the key is, or would be, with its value.
  private func place(of key: ImageKey) throws(FileSystemError) -> (slot: Int, value: Int?) {
    var slot = Int(truncatingIfNeeded: key.low) & (capacity - 1)
    while true {
      let slots = min(Self.run, capacity - slot)
      for (place, entry) in try entries(slot, slots).enumerated() {
        guard let entry else { return (slot + place, nil) }
        if entry.key == key { return (slot + place, entry.value) }
      }
      slot = (slot + slots) & (capacity - 1)
    }
  }

  private func entries(_ first: Int, _ slots: Int) throws(FileSystemError) -> [(key: ImageKey, value: Int)?] {
    let size = slots * Self.slotCount
    return try withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
      Result { () throws(FileSystemError) in
        let got = try input.read(into: buffer, at: first * Self.slotCount)
        return (0..<slots).map { place -> (key: ImageKey, value: Int)? in
          let start = place * Self.slotCount
          guard start + Self.slotCount <= got else { return nil }
          // 0 is an empty slot.
          let value = buffer.load(fromByteOffset: start + 16, as: UInt64.self)
          if value == 0 { return nil }
          let key = ImageKey(
            high: buffer.load(fromByteOffset: start, as: UInt64.self),
            low: buffer.load(fromByteOffset: start + 8, as: UInt64.self))
          return (key, Int(truncatingIfNeeded: value) - 1)
        }
      }
    }.get()
  }

  private func write(_ key: ImageKey, _ value: Int, at slot: Int, to file: RecordFile) throws(FileSystemError) {
    let words = [key.high, key.low, UInt64(value) + 1]
    try words.withUnsafeBytes { bytes in
      Result { () throws(FileSystemError) in try file.write(bytes, at: slot * Self.slotCount) }
    }.get()
  }

  private func occupied() throws(FileSystemError) -> Int {
    var count = 0
    for first in stride(from: 0, to: capacity, by: 4096) {
      count += try entries(first, min(4096, capacity - first)).count { $0 != nil }
    }
    return count
  }

  /// Moves all entries to a table of four times the size.
  private func grow() throws(FileSystemError) {
    let larger = try DiskIndex.empty(path: path + ".growing", expected: 2 * capacity)
    for first in stride(from: 0, to: capacity, by: 4096) {
      for entry in try entries(first, min(4096, capacity - first)) {
        if let entry { try larger.set(entry.key, to: entry.value) }
      }
    }
    try FileSystem.rename(larger.path, to: path)
    (file, input, capacity, count) = (larger.file, larger.input, larger.capacity, larger.count)
  }
}
