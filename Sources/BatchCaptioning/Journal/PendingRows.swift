import ModelFiles

/// A file in the journal's directory with what the outputs are about to write. It is on the disk before they write, so
/// that after a kill or a power failure the run's own rows can be told from what a person wrote.
struct PendingRows {
  private static let name = "pending"
  private static let longest = 1 << 30

  private let path: String
  private var file: RecordFile?

  init(directory: String) {
    path = Path.join(directory, Self.name)
  }

  /// - Parameter entries: the pending bytes, by the outputs' indices in the journal.
  /// - Throws: `FileSystemError`.
  mutating func write(_ entries: [Int: PendingBytes]) throws(FileSystemError) {
    var payload = ByteWriter()
    payload.append(UInt32(clamping: entries.count))
    for (output, entry) in entries.sorted(by: { $0.key < $1.key }) {
      payload.append(UInt8(clamping: output))
      payload.append(UInt64(clamping: entry.offset))
      payload.append(list: entry.bytes)
      payload.append(UInt8(entry.replacement == nil ? 0 : 1))
      if let replacement = entry.replacement { payload.append(replacement) }
    }
    var frame = ByteWriter()
    frame.append(UInt64(payload.bytes.count))
    frame.append(JournalFile.checksum(payload.bytes[...]))
    let file: RecordFile
    if let open = self.file { file = open } else { file = try RecordFile(path: path) }
    self.file = file
    let bytes = frame.bytes + payload.bytes
    try file.write(bytes, at: 0)
    try file.synchronize()
  }

  /// What was written last; empty where the file was torn, since no output was written then.
  func read() -> [Int: PendingBytes] {
    guard FileSystem.isRegularFile(path), let bytes = try? FileSystem.read(path, limit: Self.longest) else {
      return [:]
    }
    var frame = ByteReader(bytes[...])
    guard let length: UInt64 = frame.integer(), let checksum: UInt32 = frame.integer(), length <= UInt64(bytes.count),
      let payload = frame.bytes(Int(length)), JournalFile.checksum(payload) == checksum
    else { return [:] }
    var reader = ByteReader(payload)
    var entries: [Int: PendingBytes] = [:]
    guard let count: UInt32 = reader.integer() else { return [:] }
    for _ in 0..<count {
      guard let output = reader.byte(), let offset: UInt64 = reader.integer(), let bytes = reader.list(),
        let hasReplacement = reader.byte()
      else { return [:] }
      var entry = PendingBytes(offset: Int(clamping: offset), bytes: Array(bytes))
      if hasReplacement == 1 {
        guard let position = reader.position() else { return [:] }
        entry.replacement = position
      }
      entries[Int(output)] = entry
    }
    return entries
  }

  /// Removes the file when the run it belongs to is over.
  static func remove(in directory: String) throws(FileSystemError) {
    try FileSystem.remove(Path.join(directory, name))
  }
}
