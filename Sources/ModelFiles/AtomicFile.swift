#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes files so that a reader, also after a crash or loss of power, sees either what was there before or all of what
/// is new.
enum AtomicFile {
  /// Calls `write` with a sink of bytes for a temporary file beside `path`, and renames that over `path` once
  /// everything is on disk. Whatever fails, `path` is left as it was and no temporary file remains.
  static func write(
    to path: String,
    _ write: (_ sink: (UnsafeRawBufferPointer) throws(ModelFileError) -> Void) throws(ModelFileError) -> Void
  ) throws(ModelFileError) {
    guard !path.utf8.contains(0) else {
      throw .cannotWrite(path: path, reason: "the path contains a NUL character")
    }
    func failure() -> ModelFileError { .cannotWrite(path: path, reason: systemErrorMessage()) }
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let directory = path[..<slash].isEmpty ? "." : String(path[..<slash])
    // A random name beside the target: two processes that write the same file do not meet.
    let temporary = "\(directory)/.\(path[slash...].prefix(100)).\(UInt64.random(in: 0...UInt64.max)).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    do throws(ModelFileError) {
      do throws(ModelFileError) {
        try write { (bytes) throws(ModelFileError) in try writeAll(bytes, to: descriptor, path) }
        guard fsync(descriptor) == 0 else { throw failure() }
      } catch {
        close(descriptor)
        throw error
      }
      guard close(descriptor) == 0, rename(temporary, path) == 0 else { throw failure() }
    } catch {
      unlink(temporary)
      throw error
    }
    synchronize(directory)
  }

  private static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
  ) throws(ModelFileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      #if canImport(Darwin)
        let written = Darwin.write(descriptor, piece.baseAddress, piece.count)
      #elseif canImport(Musl)
        let written = Musl.write(descriptor, piece.baseAddress, piece.count)
      #else
        let written = Glibc.write(descriptor, piece.baseAddress, piece.count)
      #endif
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw .cannotWrite(path: path, reason: systemErrorMessage()) }
      rest = rest.dropFirst(written)
    }
  }

  /// Makes the rename last. The new file is complete already, so a file system that cannot do this loses nothing but
  /// time: its refusal is no error.
  private static func synchronize(_ directory: String) {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
