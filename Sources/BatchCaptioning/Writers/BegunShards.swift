import ModelFiles

/// A small file with the highest number of a shard that runs have begun. It is written before the shard, so that no
/// run's own shard is taken for another's, or the reverse.
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
