#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The few operations on files and directories that the store needs, with errors that name what was being done.
package enum FileSystem {
  package static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  package static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Creates the directory and those above it; an existing one is no error.
  package static func createDirectory(_ path: String) throws(FileSystemError) {
    if isDirectory(path) { return }
    let parent = Path.parent(path)
    if parent != path { try createDirectory(parent) }
    // Another process may have been faster.
    if mkdir(path, 0o755) != 0, errno != EEXIST || !isDirectory(path) {
      throw FileSystemError(code: errno, operation: "create", path: path)
    }
  }

  /// Names in a directory, sorted by their bytes; empty where there is no such directory.
  package static func names(in directory: String) throws(FileSystemError) -> [String] {
    guard let stream = opendir(directory) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw FileSystemError(code: errno, operation: "list", path: directory)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Removes a file, or a directory with all that is in it; a missing one is no error. Links are removed, not followed.
  package static func remove(_ path: String) throws(FileSystemError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw FileSystemError(code: errno, operation: "remove", path: path)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try names(in: path) { try remove(Path.join(path, name)) }
      if rmdir(path) == 0 { return }
    } else if unlink(path) == 0 {
      return
    }
    if errno != ENOENT { throw FileSystemError(code: errno, operation: "remove", path: path) }
  }

  /// Renames `source` to `destination`; a file there is replaced in one step.
  package static func rename(_ source: String, to destination: String) throws(FileSystemError) {
    guard systemRename(source, destination) == 0 else {
      throw FileSystemError(code: errno, operation: "create", path: destination)
    }
  }

  /// The content of a small file.
  ///
  /// - Throws: `FileSystemError`; also where the file is longer than `limit` bytes.
  package static func read(_ path: String, limit: Int) throws(FileSystemError) -> [UInt8] {
    let file = try InputFile(path: path)
    guard file.byteCount <= limit, let bytes = try file.bytes(at: 0, count: file.byteCount) else {
      throw .failed(operation: "read", path: path, reason: "it is longer than the \(limit) bytes expected at most")
    }
    return bytes
  }

  /// Writes a file so that readers, also after a crash or loss of power, see the old content or the new one, never a
  /// part. Whatever fails, `path` is left as it was and no temporary file remains.
  package static func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileSystemError) {
    try writeAtomically(to: path) { (file) throws(FileSystemError) in
      try file.write(bytes)
    }
  }

  /// The same for content that comes in pieces: `content` writes them to a temporary file beside `path`.
  package static func writeAtomically(
    to path: String, _ content: (OutputFile) throws(FileSystemError) -> Void
  ) throws(FileSystemError) {
    guard !path.utf8.contains(0) else {
      throw .failed(operation: "create", path: path, reason: "the path contains a NUL character")
    }
    let directory = Path.parent(path)
    // A random name beside the target: two processes that write the same file do not meet.
    let name = ".\(Path.name(path).prefix(100)).\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let temporary = Path.join(directory, name)
    do {
      let file = try OutputFile(path: temporary)
      try content(file)
      try file.finish()
      try rename(temporary, to: path)
    } catch {
      unlink(temporary)
      throw error.naming(path, insteadOf: temporary)
    }
    synchronize(directory)
  }

  /// Writes the names in a directory to the disk, after one is new. The file is complete already, so a file system that
  /// cannot do this loses nothing but time: its refusal is no error.
  package static func synchronize(_ directory: String) {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func systemRename(_ source: String, _ destination: String) -> Int32 {
    #if canImport(Glibc)
      Glibc.rename(source, destination)
    #elseif canImport(Musl)
      Musl.rename(source, destination)
    #else
      Darwin.rename(source, destination)
    #endif
  }
}
