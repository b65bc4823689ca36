package import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A whole file, read only, as memory: pages are read when first touched and shared with other processes.
///
/// Whoever replaces a mapped file must do so by renaming another one over it, as all writers here do: a file that is
/// cut short while mapped ends the process that touches the lost pages (SIGBUS).
package final class MappedFile: @unchecked Sendable {
  // Unchecked: the memory is mapped without write permission and unmapped only by deinit.

  /// What the system is told about the coming accesses.
  package enum AccessPattern: Sendable {
    /// Nothing.
    case normal
    /// From start to end: read ahead, drop behind.
    case sequential
    /// All of it soon: start reading now.
    case willNeed
  }

  /// The start of the pointer files that Git LFS keeps in repositories in place of large files.
  private static let lfsPointerStart = "version https://git-lfs.github.com/spec/"

  package let path: String
  private let address: UnsafeMutableRawPointer
  private let byteCount: Int

  /// - Throws: `ModelFileError.cannotOpen` where there is no such file, it is no regular file, it is empty, or the
  ///   system refuses; `.lfsPointer`; `.noAddressSpace`.
  package init(path: String, accessPattern: AccessPattern = .normal) throws(ModelFileError) {
    func failure(_ reason: String) -> ModelFileError { .cannotOpen(path: path, reason: reason) }
    // A NUL would cut the path short and open another file than was named.
    guard !path.utf8.contains(0) else { throw failure("the path contains a NUL character") }
    // O_NONBLOCK: a named pipe must be refused below, not waited for here.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == EMFILE || errno == ENFILE ? .tooManyOpenFiles(path: path) : failure(systemErrorMessage())
    }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(systemErrorMessage()) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw failure("it is a directory, not a file")
    default: throw failure("it is not a regular file")
    }
    guard let size = Int(exactly: status.st_size), size > 0 else { throw failure("the file is empty") }

    let mapping = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapping, mapping != MAP_FAILED else {
      throw errno == ENOMEM ? .noAddressSpace(path: path, byteCount: size) : failure(systemErrorMessage())
    }
    // Headers are read into memory.
    guard Memory.allows(0) else {
      munmap(mapping, size)
      throw .noAddressSpace(path: path, byteCount: size)
    }
    guard !UnsafeRawBufferPointer(start: mapping, count: size).starts(with: Self.lfsPointerStart.utf8) else {
      munmap(mapping, size)
      throw .lfsPointer(path: path)
    }
    switch accessPattern {
    case .normal: break
    case .sequential: _ = posix_madvise(mapping, size, POSIX_MADV_SEQUENTIAL)
    case .willNeed: _ = posix_madvise(mapping, size, POSIX_MADV_WILLNEED)
    }
    self.path = path
    address = mapping
    byteCount = size
  }

  deinit { munmap(address, byteCount) }

  /// The file's bytes; they stay mapped for as long as the value or any part of it lives.
  package var bytes: StoredTensor.Bytes {
    StoredTensor.Bytes(pointer: UnsafeRawPointer(address), count: byteCount, owner: self)
  }
}

extension MappedFile: ReleasableMemory {
  package func release(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let first = (Int(bitPattern: start) + page - 1) / page * page
    let end = (Int(bitPattern: start) + bytes.count) / page * page
    // Nothing was ever written here, so that the next reader finds the file's bytes again. Where it fails nothing is lost.
    if end > first, let address = UnsafeMutableRawPointer(bitPattern: first) {
      madvise(address, end - first, MADV_DONTNEED)
    }
  }
}
