import ModelFiles

/// A small file that says up to which number runs began shards: written before a shard is, so that none of a run's own is
/// taken for another's, and no other's for its own.
struct BegunShards {
  let path: String

  /// The highest number; `nil` where no shard was begun.
  var last: Int? {
    guard FileSystem.isRegularFile(path), let bytes = try? FileSystem.read(path, limit: 100) else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
  }

  /// - Throws: `FileSystemError`.
  func add(_ number: Int) throws(FileSystemError) {
    try FileSystem.writeAtomically(Array("\(number)\n".utf8), to: path)
  }
}
