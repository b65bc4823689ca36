import Digests
package import ModelFiles
import Synchronization

/// The SHA-256 of a file's content up to some offset, which grows with the file.
package final class RunningDigest: Sendable {
  private let digest: Mutex<MessageDigest>

  package init() { digest = Mutex(MessageDigest(.sha256)) }

  /// The digest of the first `count` bytes of a file, which are read: about a second a gigabyte.
  ///
  /// - Throws: `FileSystemError`.
  package init(_ file: InputFile, count: Int) throws(FileSystemError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var digest = MessageDigest(.sha256)
    var offset = 0
    while offset < count {
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(min(buffer.count, count - offset)))
      let got = try file.read(into: piece, at: offset)
      if got == 0 { break }
      digest.update(UnsafeRawBufferPointer(rebasing: piece.prefix(got)))
      offset += got
    }
    self.digest = Mutex(digest)
  }

  private init(copying other: RunningDigest) {
    digest = Mutex(other.digest.withLock { $0.copy() })
  }

  /// A copy that grows independently.
  func copy() -> RunningDigest { RunningDigest(copying: self) }

  func update(_ bytes: [UInt8]) { digest.withLock { $0.update(bytes) } }

  package var current: FileHash? { FileHash(digest: digest.withLock { $0.current }[...]) }
}
