import ModelFiles
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Small files whose names may be any bytes, written so that readers see either the old content or the new one.
enum AtomicFile {
  /// The largest size in bytes: sidecars are small, and a larger file is none of ours.
  private static let longest = 64 << 20

  /// The ending of temporary files' names, by which a list of images leaves them out.
  static let temporarySuffix = ".caption-new"

  /// - Returns: `nil` where there is no such file.
  /// - Throws: `Errno`.
  static func read(_ path: FilePath) throws -> [UInt8]? {
    let file: FileDescriptor
    do {
      // Without `nonBlocking`, opening a pipe would wait until something writes into it.
      file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
    } catch Errno.noSuchFileOrDirectory {
      return nil
    } catch Errno.notDirectory {
      return nil
    }
    return try file.closeAfter {
      var bytes: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 16 << 10)
      while true {
        let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
        if count == 0 { return bytes }
        bytes += piece[..<count]
        if bytes.count > longest { throw Errno.fileTooLarge }
      }
    }
  }

  static func exists(_ path: FilePath) -> Bool { path.withPlatformString { access($0, F_OK) } == 0 }

  /// Waits for the disk before the file gets its name: after a power failure it is complete, or unchanged. The name
  /// itself lasts once its directory is synchronized.
  ///
  /// - Throws: `Errno`; `path` is then unchanged.
  static func write(_ bytes: [UInt8], to path: FilePath) throws {
    let temporary = temporary(of: path)
    do {
      let file = try create(temporary)
      try file.closeAfter {
        try file.writeAll(bytes)
        keepOwnership(of: path, file)
        if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
      }
      let result = temporary.withPlatformString { from in path.withPlatformString { rename(from, $0) } }
      if result != 0 { throw Errno(rawValue: errno) }
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw error
    }
  }

  /// The temporary name: hidden, and the same for every run, so that what a killed run left is replaced.
  static func temporary(of path: FilePath) -> FilePath {
    path.replacingName { name in
      let bytes = name.bytes
      // Names have at most 255 bytes, and those of photos often begin alike.
      let start =
        bytes.count <= 200 ? bytes : bytes.prefix(180) + Array(FileHash.hash(of: bytes).hexadecimal.utf8.prefix(20))
      return Array(".".utf8) + start + Array(temporarySuffix.utf8)
    }
  }

  /// Creates a file that must not exist: nothing is written through a link that somebody put in its place.
  private static func create(_ path: FilePath) throws -> FileDescriptor {
    func open() throws -> FileDescriptor {
      try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
    }
    do {
      return try open()
    } catch Errno.fileExists {
      _ = path.withPlatformString { unlink($0) }
      return try open()
    }
  }

  /// Keeps the file's owner and permissions, as far as the file system and the user's rights allow.
  private static func keepOwnership(of path: FilePath, _ file: FileDescriptor) {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0 else { return }
    // The owner first: a change of owner clears special modes.
    _ = fchown(file.rawValue, status.st_uid, status.st_gid)
    _ = fchmod(file.rawValue, status.st_mode & 0o7777)
  }

  /// Creates the directory and those above it; it may exist.
  ///
  /// - Returns: the directories that got a new entry, which must be synchronized for it to last.
  @discardableResult
  static func createDirectory(_ path: FilePath) throws -> [FilePath] {
    if path.isEmpty || exists(path) { return [] }
    let parent = path.removingLastComponent()
    let changed = try createDirectory(parent)
    if path.withPlatformString({ mkdir($0, 0o777) }) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
    return changed + [parent]
  }

  /// Makes the names in a directory durable. A file system that cannot do this may lose the names, but never the
  /// content: its refusal is no error.
  static func synchronize(_ directory: FilePath) {
    let path: FilePath = directory.isEmpty ? "." : directory
    guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .directory]) else {
      return
    }
    fsync(descriptor.rawValue)
    try? descriptor.close()
  }
}

extension Errno {
  /// The error as one that ends the run.
  func outputError(_ path: FilePath) -> FileSystemError {
    FileSystemError(code: rawValue, operation: "write", path: path.text)
  }
}
