import ModelFiles
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Small files whose names may be any bytes, written so that whoever looks sees the old content or the new one.
enum AtomicFile {
  /// Sidecars are small; what is larger is none of ours.
  private static let longest = 64 << 20

  /// What temporary files' names end in, so that a list of images leaves them out.
  static let temporarySuffix = ".caption-new"

  /// - Returns: `nil` where there is no such file.
  /// - Throws: `Errno`.
  static func read(_ path: FilePath) throws -> [UInt8]? {
    let file: FileDescriptor
    do {
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

  /// Waits for the disk before the file gets its name: after a loss of power it is whole, or not there.
  ///
  /// - Throws: `Errno`; `path` is as it was then.
  static func write(_ bytes: [UInt8], to path: FilePath) throws {
    // Hidden, and the same for every run: what a killed one left is overwritten.
    let temporary = path.replacingName { name in
      Array(".".utf8) + name.bytes.prefix(200) + Array(temporarySuffix.utf8)
    }
    do {
      let file = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
      try file.closeAfter {
        try file.writeAll(bytes)
        if fsync(file.rawValue) != 0 { throw Errno(rawValue: errno) }
      }
      let result = temporary.withPlatformString { from in path.withPlatformString { rename(from, $0) } }
      if result != 0 { throw Errno(rawValue: errno) }
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw error
    }
  }

  /// Creates the directory and those above it; well if it exists.
  static func createDirectory(_ path: FilePath) throws {
    if path.isEmpty || exists(path) { return }
    try createDirectory(path.removingLastComponent())
    if path.withPlatformString({ mkdir($0, 0o777) }) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
  }
}

extension Errno {
  /// As an error that ends the run.
  func outputError(_ path: FilePath) -> FileSystemError {
    FileSystemError(code: rawValue, operation: "write", path: path.text)
  }
}
