#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Remembers SHA-256 of files by device, inode, size and times, so that no run need read the models only to identify
/// them.
///
/// One small text file, one line per hash. What is unreadable in it counts as not remembered; where it cannot be
/// written (a store on a read-only disk), hashes are computed anew each time.
package struct FileHashCache: Sendable {
  package let path: String

  /// More lines than that are dropped, the oldest first.
  static let capacity = 1024
  private static let header = "caption file hashes 1"

  /// - Parameter path: the path of the cache's own file, which need not exist.
  package init(path: String) { self.path = path }

  /// The hash of the file at `path`, computed if it is not remembered.
  ///
  /// - Throws: `FileSystemError`; `CancellationError` when the task is cancelled meanwhile.
  package func hash(ofFile path: String) throws -> FileHash {
    let identity = try FileIdentity(path: path)
    if let known = lines().first(where: { $0.identity == identity }) { return known.hash }
    return try rehash(file: path)
  }

  /// Reads the file even if its hash is remembered, and remembers the result.
  ///
  /// - Throws: `FileSystemError`; `CancellationError` when the task is cancelled meanwhile.
  @discardableResult
  package func rehash(file path: String) throws -> FileHash {
    let file = try InputFile(path: path)
    let before = try file.identity()
    Self.waitUntilPast(before)
    let hash = try FileHash.hash(of: file)
    // A file that changed while it was read has no hash worth remembering.
    if try file.identity() == before { remember([Line(identity: before, hash: hash)]) }
    return hash
  }

  /// Keeps all other lines, also those that other processes wrote meanwhile.
  private func remember(_ new: [Line]) {
    // Failing here costs time later, never correctness.
    guard let lock = Self.lock(path + ".lock") else { return }
    withExtendedLifetime(lock) {
      let identities = Set(new.map(\.identity))
      let kept = lines().filter { !identities.contains($0.identity) } + new
      let text = ([Self.header] + kept.suffix(Self.capacity).map(\.text)).joined(separator: "\n") + "\n"
      try? FileSystem.writeAtomically(Array(text.utf8), to: path)
    }
  }

  private func lines() -> [Line] {
    guard let bytes = try? FileSystem.read(path, limit: 1 << 20) else { return [] }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    guard let first = lines.first, first.elementsEqual(Self.header.utf8) else { return [] }
    return lines.dropFirst().compactMap { Line($0) }
  }

  /// The clock of a file system stands still for some milliseconds at a time: a second change within them would leave
  /// no trace. So a file just written is hashed only after that time has passed.
  private static func waitUntilPast(_ identity: FileIdentity) {
    let granularity: Int64 = 20_000_000
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let age = FileIdentity.nanoseconds(now) &- max(identity.modified, identity.statusChanged)
    guard (0..<granularity).contains(age) else { return }
    usleep(UInt32((granularity - age) / 1000) + 1)
  }

  /// Others hold the lock for a moment only; `nil` where it cannot be had in time.
  private static func lock(_ path: String) -> FileLock? {
    for _ in 0..<200 {
      do {
        if let lock = try FileLock.attempt(path: path) { return lock }
      } catch {
        return nil
      }
      usleep(5000)
    }
    return nil
  }

  private struct Line {
    var identity: FileIdentity
    var hash: FileHash

    init(identity: FileIdentity, hash: FileHash) {
      self.identity = identity
      self.hash = hash
    }

    init?(_ bytes: ArraySlice<UInt8>) {
      let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
      guard fields.count == 6, let hash = FileHash(String(fields[0])), let device = UInt64(fields[1]),
        let inode = UInt64(fields[2]), let byteCount = Int64(fields[3]), let modified = Int64(fields[4]),
        let statusChanged = Int64(fields[5])
      else { return nil }
      self.hash = hash
      identity = FileIdentity(
        device: device, inode: inode, byteCount: byteCount, modified: modified, statusChanged: statusChanged)
    }

    var text: String {
      let numbers = "\(identity.device) \(identity.inode) \(identity.byteCount)"
      return "\(hash) \(numbers) \(identity.modified) \(identity.statusChanged)"
    }
  }
}
