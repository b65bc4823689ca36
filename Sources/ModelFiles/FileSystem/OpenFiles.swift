#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How many files this process may have open at once.
package enum OpenFiles {
  /// - Throws: `FileSystemError.tooManyOpenFiles` where so many more cannot be opened now.
  package static func require(_ count: Int) throws(FileSystemError) {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    while opened.count < count {
      let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        if errno == EMFILE || errno == ENFILE { throw .tooManyOpenFiles(path: "\(count) files at once") }
        return
      }
      opened.append(descriptor)
    }
  }
}
